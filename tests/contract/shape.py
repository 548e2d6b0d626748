# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library offers, as rows of contract.tsv: shape, types, defaults and access, read from the
GIR, the typelib and the registry of settings."""

import dataclasses
import socket
import subprocess
import xml.etree.ElementTree

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, GObject, Ws  # noqa: E402

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing a program can name."""

    kind: str
    here: str
    type: str = "-"
    default: str = "-"
    access: str = "-"
    no_effect: bool = False


def type_of(element):
    """utf8, gint, Connection, GLib.Bytes; an array is utf8[]; ? marks what may be NULL."""
    array = element.find(CORE + "array")
    inner = array if array is not None else element
    name = inner.find(CORE + "type").get("name") + ("[]" if array is not None else "")
    return name + ("?" if element.get("nullable") == "1" else "")


def signature_of(function):
    """(name: type, …) -> type throws"""
    parameters = function.findall(f"{CORE}parameters/{CORE}parameter")
    listed = ", ".join(f"{parameter.get('name')}: {type_of(parameter)}" for parameter in parameters)
    result = type_of(function.find(CORE + "return-value"))
    return f"({listed}) -> {result}" + (" throws" if function.get("throws") == "1" else "")


def default_text(value):
    """How a default stands in the table."""
    if value is None:
        return "NULL"
    if isinstance(value, GObject.GFlags):
        return "+".join(value.value_nicks) or "none"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, GObject.GEnum):
        return value.value_nick
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, GLib.Bytes):
        return f'"{value.get_data().decode()}"'
    if isinstance(value, GObject.Object):
        return "object"
    if isinstance(value, float):
        return f"{value:g}"
    return "SOMAXCONN" if value == socket.SOMAXCONN else str(value)


def default_of(kind, pspec):
    """Of a class that a program makes itself: what a new object has; else: what is declared."""
    if kind.find(f"{CORE}constructor[@name='new']") is not None:
        return default_text(getattr(Ws, kind.get("name"))().get_property(pspec.name))
    return default_text(pspec.default_value)


def find_pspec(name, property_name):
    """An interface has no find_property()."""
    return next(pspec for pspec in GObject.list_properties(getattr(Ws, name)) if pspec.name == property_name)


def properties_of(kind):
    """The properties of a class, and the methods that only read or write one."""
    name = kind.get("name")
    methods = {method.get("name"): method for method in kind.findall(CORE + "method")}
    accessors = set()
    items = []
    for element in kind.findall(CORE + "property"):
        pspec = find_pspec(name, element.get("name"))
        writable = element.get("writable") == "1"
        assert bool(pspec.flags & GObject.ParamFlags.WRITABLE) == writable
        assert bool(pspec.flags & GObject.ParamFlags.READABLE), f"{name}:{pspec.name} cannot be read"
        settable = writable and element.get("construct-only") != "1"
        items.append(Item("property", f"{name}:{pspec.name}", type_of(element), default_of(kind, pspec),
                          "rw" if settable else "new" if writable else "ro"))
        for prefixes in [("get_", "is_")] + ([("set_",)] if settable else []):
            found = [prefix + pspec.name.replace("-", "_") for prefix in prefixes]
            found = [accessor for accessor in found if accessor in methods]
            assert found, f"{name}:{pspec.name} has no {prefixes[0]} method"
            accessors.update(found)
    return items, accessors


def class_items(kind):
    """A class and everything in it."""
    name = kind.get("name")
    items, accessors = properties_of(kind)
    implemented = ", ".join(sorted(element.get("name") for element in kind.findall(CORE + "implements")))
    items.append(Item("class", name, implemented or "-"))
    for tag, separator in ("constructor", "."), ("function", "."), ("method", "."):
        for element in kind.findall(CORE + tag):
            if tag != "method" or element.get("name") not in accessors:
                items.append(Item(tag, f"{name}{separator}{element.get('name')}", signature_of(element)))
    for element in kind.findall(GLIB + "signal"):
        signal = f"{name}::{element.get('name')}"
        items.append(Item("signal", signal))
        for parameter in element.findall(f"{CORE}parameters/{CORE}parameter"):
            items.append(Item("parameter", f"{signal}({parameter.get('name')})", type_of(parameter)))
    return items


def boxed_items(kind):
    """A boxed type; programs see no fields of it. What counts references is for C alone."""
    name = kind.get("name")
    items = [Item("class", name)]
    for tag, separator in ("constructor", "."), ("method", "."):
        items += [Item(tag, f"{name}{separator}{element.get('name')}", signature_of(element))
                  for element in kind.findall(CORE + tag) if element.get("introspectable") != "0"]
    return items


def enumeration_items(kind):
    """The values of an enumeration; those of Error are errors."""
    name = kind.get("name")
    item_kind = "error" if name == "Error" else "value"
    return [Item(item_kind, f"{name}.{member.get('name').upper()}", member.get("value"))
            for member in kind.findall(CORE + "member")]


def is_attribute(element):
    """Whether this is a macro that marks declarations, as WS_DEPRECATED_IN_1_2_FOR() does."""
    return element.tag == CORE + "function-macro" and element.get("name").startswith(("AVAILABLE_IN_", "DEPRECATED_IN_"))


def library_items(gir):
    """What the namespace has. Structures of classes and version macros are no part of the contract."""
    namespace = xml.etree.ElementTree.parse(gir).getroot().find(CORE + "namespace")
    items = []
    for element in namespace:
        if element.tag in (CORE + "class", CORE + "interface"):
            items += class_items(element)
        elif element.tag == CORE + "record" and element.get(GLIB + "get-type"):
            items += boxed_items(element)
        elif element.tag in (CORE + "enumeration", CORE + "bitfield"):
            items += enumeration_items(element)
        elif is_attribute(element):
            continue
        elif element.tag in (CORE + "function", CORE + "function-macro"):
            items.append(Item("function", element.get("name"),
                              signature_of(element) if element.tag == CORE + "function" else "-"))
        elif element.tag == CORE + "callback":
            items.append(Item("callback", element.get("name"), signature_of(element)))
        elif element.tag == CORE + "constant":
            items.append(Item("constant", element.get("name")))
        else:
            assert element.get(GLIB + "is-gtype-struct-for"), f"{element.get('name')} is of no known kind"
    return items


def symbols_in(gir):
    """The C functions that the GIR knows."""
    root = xml.etree.ElementTree.parse(gir).getroot()
    symbols = {element.get(C + "identifier") for element in root.iter()
               if element.tag in (CORE + "function", CORE + "method", CORE + "constructor")}
    return symbols | {element.get(GLIB + "get-type") for element in root.iter() if element.get(GLIB + "get-type")}


def setting_items(program):
    """The registry of settings, as list-settings prints it."""
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    items = []
    for name, kind, default, access, effect in (line.split("\t") for line in lines):
        items.append(Item("setting", name, kind, default or '""', access, effect == "no-effect"))
    return items
