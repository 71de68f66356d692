// Material's search loads its whole index with every page. This worker stands before Material's own: it is ready at once,
// and loads that one and the index when a reader types. Its address gives it both: patient-search.js?engine=…&index=…
"use strict";
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3; // Material's kinds of message
const addresses = new URL(self.location).searchParams;
const send = self.postMessage.bind(self);
let setup, latest, loading;

const toEngine = (type, data) =>
  self.dispatchEvent(new MessageEvent("message", { data: { type, data } }));

async function load() {
  const answer = await fetch(addresses.get("index"));
  if (!answer.ok) throw new Error(`The search index cannot be loaded: ${answer.status}`);
  const { config, docs } = await answer.json();
  self.postMessage = () => { // the engine is ready: from now on it hears the page itself
    self.postMessage = send;
    self.removeEventListener("message", fromPage);
    toEngine(QUERY, latest);
  };
  importScripts(addresses.get("engine"));
  toEngine(SETUP, { ...setup, config, docs });
}

function fromPage(event) {
  if (!event.isTrusted) return; // one of ours, to the engine
  event.stopImmediatePropagation();
  const { type, data } = event.data;
  if (type === SETUP) {
    setup = data;
    send({ type: READY });
  } else if (type === QUERY && data.trim()) {
    latest = data;
    loading ??= load().catch((error) => {
      loading = undefined; // the next key tries again
      reportError(error);
    });
  } else {
    send({ type: RESULT, data: { items: [] } });
  }
}
self.addEventListener("message", fromPage);
