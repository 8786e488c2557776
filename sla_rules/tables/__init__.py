"""Word tables in YAML that the lead definition reads attributes with; a contract can add to each of them."""
