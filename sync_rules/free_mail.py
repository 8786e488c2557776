"""Mail domains that belong to no single company."""

FREE_MAIL_DOMAINS = frozenset({
    "126.com", "163.com", "aim.com", "alice.it", "aol.com", "arcor.de", "bigpond.com", "bluewin.ch",
    "bol.com.br", "btinternet.com", "comcast.net", "cox.net", "duck.com", "fastmail.com", "free.fr",
    "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it",
    "icloud.com", "inbox.com", "interia.pl", "laposte.net", "libero.it", "live.co.uk", "live.com",
    "live.de", "live.fr", "live.nl", "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org",
    "me.com", "msn.com", "naver.com", "o2.pl", "onet.pl", "online.de", "orange.fr", "outlook.com",
    "outlook.de", "outlook.es", "outlook.fr", "pm.me", "posteo.de", "proton.me", "protonmail.com",
    "qq.com", "rediffmail.com", "rocketmail.com", "sbcglobal.net", "seznam.cz", "sfr.fr", "sky.com",
    "t-online.de", "telenet.be", "terra.com.br", "tiscali.it", "tutanota.com", "uol.com.br",
    "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "yahoo.ca", "yahoo.co.in",
    "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr",
    "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "zoho.com", "zohomail.com",
})  # fmt: skip
