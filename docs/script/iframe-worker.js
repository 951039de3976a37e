// Where a page is opened as a file, browsers start no workers. The search then works in a hidden frame instead.
// What the theme's search needs of a worker is here: messages both ways, importScripts, terminate.
(() => {
  if (location.protocol !== "file:") return;

  // Runs in the frame, which has the page as its parent.
  function inside() {
    window.postMessage = (message) => parent.postMessage(message, "*");
    window.importScripts = (...urls) =>
      urls.reduce(
        (before, url) =>
          before.then(
            () =>
              new Promise((done, failed) => {
                const script = document.createElement("script");
                script.src = url;
                script.onload = done;
                script.onerror = () => failed(new Error(`${url} cannot be loaded`));
                document.body.append(script);
              }),
          ),
        Promise.resolve(),
      );
  }

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inner = this.frame.contentWindow;
      this.heard = (event) => {
        if (event.source !== inner) return;
        this.dispatchEvent(new MessageEvent("message", { data: event.data }));
        this.onmessage?.(event);
      };
      addEventListener("message", this.heard);
      this.ready = new Promise((done) => {
        const script = inner.document.createElement("script");
        script.src = url;
        script.onload = done;
        inner.eval(`(${inside})()`);
        inner.document.body.append(script);
      });
    }

    postMessage(message) {
      const inner = this.frame.contentWindow;
      this.ready.then(() => inner.dispatchEvent(new inner.MessageEvent("message", { data: structuredClone(message) })));
    }

    terminate() {
      removeEventListener("message", this.heard);
      this.frame.remove();
    }
  };
})();
