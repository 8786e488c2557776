"""The templates of the record pages; a package so that an installed distribution carries them."""
