"""Given and family names by culture, and what people type instead of a name.

Only names. Which person gets which is decided in ``profiles``; ASCII folding for addresses is here
because it is a fact about the names.
"""


def _pool(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


GIVEN: dict[str, tuple[str, ...]] = {
    "german": _pool(
        "Anna|Jürgen|Katrin|Lukas|Sabine|Thomas|Ute|Björn|Heike|Matthias|Lena|Stefan|Claudia|Jörg|"
        "Miriam|Felix|Annika|Rainer|Birgit|Tobias"
    ),
    "english": _pool(
        "Emma|Oliver|Grace|James|Hannah|William|Ruth|Daniel|Megan|Peter|Karen|Michael|Denise|"
        "Robert|Tamika|Marcus|Susan|Kevin|Laura|Brian"
    ),
    "french": _pool(
        "Chloé|Jean-Pierre|Élodie|Luc|Amélie|François|Nathalie|Rémi|Sylvie|Hugo|Marie-Claire|"
        "Antoine|Inès|Benoît|Céline|Olivier"
    ),
    "nordic": _pool("Åsa|Lars|Ingrid|Mikkel|Sofie|Jørgen|Kaisa|Nils|Maja|Henrik|Astrid|Eero|Freja|Anders"),
    "dutch": _pool("Sanne|Daan|Femke|Pieter|Anouk|Joost|Marloes|Bram|Lotte|Ruben"),
    "iberian": _pool("Lucía|José|Carmen|Javier|Inês|João|Marta|Álvaro|Beatriz|Rafael|Núria|Tiago"),
    "italian": _pool("Giulia|Marco|Chiara|Alessandro|Francesca|Luca|Elisa|Niccolò"),
    "polish": _pool("Agnieszka|Paweł|Małgorzata|Tomasz|Katarzyna|Wojciech|Zofia|Łukasz"),
    "indian": _pool("Priya|Arjun|Ananya|Rahul|Deepa|Vikram|Sneha|Karthik|Meera|Sanjay"),
}

FAMILY: dict[str, tuple[str, ...]] = {
    "german": _pool(
        "Müller|Schneider|Großmann|Weber|Schäfer|Hoffmann|Köhler|Brandt|von Hagen|Fischer|Lindner|"
        "Böhm|Krüger|Vogt|Sommer|Kühn|Reuter|Baumann|Seidel|Wolff"
    ),
    "english": _pool(
        "Walker|O'Brien|Hughes|Patterson|Campbell|Nguyen|Smith-Jones|Turner|McDonald|Reed|Foster|"
        "Bennett|Okafor|Sullivan|Brooks|Carter|Price|Diaz|Coleman|Hayes"
    ),
    "french": _pool("Lefèvre|Moreau|Dubois|Bernard|de la Tour|Girard|Roussel|Fournier|Mercier|Blanc"),
    "nordic": _pool("Lindqvist|Sørensen|Virtanen|Håkansson|Nyström|Dahl|Bergström|Kjær|Lund|Holm"),
    "dutch": _pool("de Vries|van den Berg|Jansen|Bakker|Visser|Mulder|van Dijk|Smits|Kuipers|Postma"),
    "iberian": _pool("García López|Fernández|Ribeiro|Martínez|Sánchez|Pereira|Navarro|Costa|Muñoz|Oliveira"),
    "italian": _pool("Rossi|Bianchi|Esposito|Ricci|Marino|Conti|D'Angelo|Ferrara"),
    "polish": _pool("Kowalski|Wiśniewska|Zieliński|Nowak|Wójcik|Lewandowska|Mazur|Dąbrowski"),
    "indian": _pool("Sharma|Iyer|Patel|Reddy|Krishnan|Banerjee|Singh|Nair|Desai|Menon"),
}

JUNK: tuple[tuple[str, str], ...] = (
    ("asdf", "qwer"),
    ("Test", "Test"),
    ("Mickey", "Mouse"),
    ("xxx", "yyy"),
    ("none", "none"),
    ("aaa", "bbb"),
    ("First Name", "Last Name"),
    ("qwerty", "uiop"),
    (".", "-"),
    ("123", "456"),
)

_FOLD = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae", "'": "", " ": ""}
    | dict(zip("éèêëęáàãąçćíìîïñńóôõòúùłśżź", "eeeeeaaaacciiiinnoooouulszz", strict=True))
)


def address_part(name: str) -> str:
    """A name as mail administrators write it: lower case, ASCII, no spaces."""
    return name.lower().translate(_FOLD)
