"""Values rendered for people: Markdown and self-contained HTML. Nothing is read, computed or written here."""
