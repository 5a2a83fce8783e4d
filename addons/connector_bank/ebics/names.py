"""Namespaces and algorithms of EBICS 3.0."""

H005 = "urn:org:ebics:H005"
H000 = "http://www.ebics.org/H000"
S002 = "http://www.ebics.org/S002"
DS = "http://www.w3.org/2000/09/xmldsig#"

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#: What the authentication signature covers (detailed concept 3.0, 5.5.1.1).
MARKED = "#xpointer(//*[@authenticate='true'])"

#: Key versions: order signature, authentication, encryption.
SIGNATURE, AUTHENTICATION, ENCRYPTION = "A006", "X002", "E002"


def h005(name):
    return f"{{{H005}}}{name}"


def ds(name):
    return f"{{{DS}}}{name}"
