/**
 * Loads the modules of the customer's page, and the styles of what stands below its first paint, once it has been painted.
 * Before that they would share a slow line with the page. All are asked for at once: each round trip counts there.
 */
const folder = document.currentScript.src.slice(0, -"track-start.js".length);

const add = (name, attributes) => document.head.append(Object.assign(document.createElement(name), attributes));

const load = () => {
    add("link", { rel: "stylesheet", href: `${folder}track-rest.css` });
    for (const name of ["dom.js", "morph.js", "stream.js", "waybill-stream.js"]) {
        add("link", { rel: "modulepreload", href: folder + name });
    }
    add("script", { type: "module", src: `${folder}track.js` });
};

// No frame is drawn in a tab that is opened in the background.
if (document.hidden) load();
else requestAnimationFrame(() => setTimeout(load));
