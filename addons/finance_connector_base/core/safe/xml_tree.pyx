"""A finished element of XML as what reads it sees it: see ``xml_tree.py``."""

cimport lxml.includes.etreepublic as cetree
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport strlen
from lxml.includes cimport tree
from lxml.includes.tree cimport const_xmlChar, xmlAttr, xmlNode

cetree.import_lxml__etree()


cdef class Node:
    """Name without namespace, text before the first child, attributes without namespace, children."""

    cdef readonly str tag
    cdef readonly str text
    cdef object _children
    cdef dict _attributes

    def __iter__(self):
        return iter(self._children)

    def __len__(self):
        return len(self._children)

    def get(self, name, default=None):
        return default if self._attributes is None else self._attributes.get(name, default)


cdef str _text(const_xmlChar* characters):
    return PyUnicode_DecodeUTF8(<const char*>characters, strlen(<const char*>characters), NULL)


cdef str _joined(xmlNode* node):
    """Text from ``node`` on to the first one that is none, as lxml has it; None where there is none."""
    cdef str text = None
    while node is not NULL and (node.type == tree.XML_TEXT_NODE or node.type == tree.XML_CDATA_SECTION_NODE):
        if node.content is not NULL and node.content[0]:
            text = _text(node.content) if text is None else text + _text(node.content)
        node = node.next
    return text


cdef Node _copy(xmlNode* element):
    cdef Node node = Node.__new__(Node)
    cdef xmlNode* child = element.children
    cdef xmlAttr* attribute = element.properties
    cdef list children = None
    node.tag = _text(element.name)
    node.text = _joined(child)
    while child is not NULL:
        if child.type == tree.XML_ELEMENT_NODE:
            if children is None:
                children = []
            children.append(_copy(child))
        child = child.next
    node._children = () if children is None else children
    while attribute is not NULL:
        if attribute.ns is NULL:
            if node._attributes is None:
                node._attributes = {}
            node._attributes[_text(attribute.name)] = _joined(attribute.children) or ""
        attribute = attribute.next
    return node


def light(element):
    """A copy of ``element`` with all below it; its depth is bounded by the parser."""
    cdef cetree._Element given = element
    return _copy(given._c_node)


def leading(element, names):
    """(copies of the children before the first one called as in ``names``, that one itself or None)."""
    cdef cetree._Element given = element
    cdef xmlNode* child = given._c_node.children
    cdef list children = []
    while child is not NULL:
        if child.type == tree.XML_ELEMENT_NODE:
            if _text(child.name) in names:
                return children, cetree.elementFactory(given._doc, child)
            children.append(_copy(child))
        child = child.next
    return children, None
