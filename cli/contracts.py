"""How a contract in plain words is printed."""

from rich.markdown import Markdown

from cli.console import out


def print_page(markdown: str) -> None:
    """Rendered for a terminal; as it is for a file or a pipe, where it is wanted as Markdown."""
    if out.is_terminal:
        out.print(Markdown(markdown))
    else:
        out.file.write(markdown)
