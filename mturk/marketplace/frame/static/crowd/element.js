// What all crowd elements are made of: a shadow tree, attributes as properties, and names that pages may look for.
((crowd) => {
  "use strict";

  const templates = new Map();

  /** A copy of the nodes that this markup, always our own, stands for. */
  function nodes(markup) {
    if (!templates.has(markup)) {
      const template = document.createElement("template");
      template.innerHTML = markup;
      templates.set(markup, template);
    }
    return document.importNode(templates.get(markup).content, true);
  }

  /** A new node: properties by name, children or words after. */
  function make(tag, properties = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in node && !name.startsWith("aria")) node[name] = value;
      else if (value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  class CrowdElement extends HTMLElement {
    static markup = "<slot></slot>";
    static styles = "";
    static delegates = false;
    static strings = [];
    static booleans = [];
    static properties = [];

    static get observedAttributes() {
      return [...this.strings, ...this.booleans, "aria-label", "title"];
    }

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: this.constructor.delegates });
      root.adoptedStyleSheets = crowd.sheets(this.constructor.styles);
      root.append(nodes(this.constructor.markup));
    }

    /** The first part of the shadow tree that the selector names. */
    part$(selector) {
      return this.shadowRoot.querySelector(selector);
    }

    connectedCallback() {
      if (!this.built) {
        this.built = true;
        this.adoptEarly();
        this.build();
      }
      this.refresh();
    }

    attributeChangedCallback(name, before, after) {
      if (this.built && before !== after) this.refresh(name);
    }

    /** A script may have set properties before the element's class was there. */
    adoptEarly() {
      const { strings, booleans, properties } = this.constructor;
      for (const name of [...strings, ...booleans].map(camel).concat(properties, "value")) {
        if (!Object.hasOwn(this, name)) continue;
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }

    build() {}

    refresh() {}

    /** Tell the page what a person did: native `change` events stay within a shadow tree. */
    tell(kind) {
      this.dispatchEvent(new Event(kind, { bubbles: true }));
    }

    /** Whether it is out of use, by itself or with a fieldset round it. */
    get isDisabled() {
      return crowd.isDisabled(this);
    }

    number(name, otherwise) {
      const value = parseFloat(this.getAttribute(name) ?? "");
      return Number.isFinite(value) ? value : otherwise;
    }
  }

  /** Browsers know of a fieldset for the fields of a form, and widgets are none. */
  function isDisabled(field) {
    const inside = "fieldset[disabled] > :not(legend)";
    return field.matches(`:disabled, [disabled], ${inside}, ${inside} *`);
  }

  function camel(name) {
    return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  }

  /** Let the attributes of a class be read and set as properties. */
  function reflect(kind) {
    const missing = (name) => !(camel(name) in kind.prototype);
    for (const name of kind.strings.filter(missing)) {
      Object.defineProperty(kind.prototype, camel(name), {
        configurable: true,
        get() {
          return this.getAttribute(name) ?? "";
        },
        set(value) {
          if (value === null || value === undefined) this.removeAttribute(name);
          else this.setAttribute(name, value);
        },
      });
    }
    for (const name of kind.booleans.filter(missing)) {
      Object.defineProperty(kind.prototype, camel(name), {
        configurable: true,
        get() {
          return this.hasAttribute(name);
        },
        set(value) {
          this.toggleAttribute(name, Boolean(value));
        },
      });
    }
  }

  function define(name, kind) {
    if (kind.prototype instanceof CrowdElement) reflect(kind);
    if (!customElements.get(name)) customElements.define(name, kind);
  }

  /** The nearest ancestor that the selector names, also beyond shadow trees. */
  function closest(node, selector) {
    for (let at = node; at; at = at.getRootNode().host) {
      const found = at.closest(selector);
      if (found) return found;
    }
    return null;
  }

  Object.assign(crowd, { CrowdElement, camel, closest, define, isDisabled, make, nodes });
})(window.crowdElements);
