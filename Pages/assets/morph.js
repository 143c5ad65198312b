/**
 * Makes a part of the page equal to a newer rendering of it, with as few changes as possible: what stays the same keeps
 * its focus, its selection, its place on the screen and its open details.
 *
 * Elements are matched by id and name, else by name and order. An element with `data-keep` belongs to a script and stays as it is,
 * and `open` belongs to the reader.
 */

/** Returns the elements whose text changed or that are new. */
export const morph = (old, next) => {
    const changed = new Set();
    update(old, next, changed);
    return changed;
};

const update = (old, next, changed) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
        if (old.data === next.data) return;
        old.data = next.data;
        if (old.parentElement && old.data.trim() !== "") changed.add(old.parentElement);
        return;
    }
    if (old.hasAttribute("data-keep")) return;
    updateAttributes(old, next);
    updateChildren(old, next, changed);
};

const updateAttributes = (old, next) => {
    for (const { name } of [...old.attributes]) {
        if (!next.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of next.attributes) {
        if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
    }
};

const updateChildren = (old, next, changed) => {
    const byId = new Map();
    for (const child of old.children) if (child.id) byId.set(child.id, child);
    let place = old.firstChild;
    for (const wanted of [...next.childNodes]) {
        const known = wanted.id ? byId.get(wanted.id) : undefined;
        if (known?.nodeName === wanted.nodeName) {
            if (known === place) place = place.nextSibling;
            else old.insertBefore(known, place);
            update(known, wanted, changed);
        } else if (place && isSame(place, wanted)) {
            update(place, wanted, changed);
            place = place.nextSibling;
        } else {
            const added = document.importNode(wanted, true);
            old.insertBefore(added, place);
            if (added.nodeType === Node.ELEMENT_NODE) changed.add(added);
        }
    }
    while (place) {
        const following = place.nextSibling;
        place.remove();
        place = following;
    }
};

/** An element with an id is matched by that alone. */
const isSame = (node, other) =>
    node.nodeType === other.nodeType && node.nodeName === other.nodeName && !node.id && !other.id;
