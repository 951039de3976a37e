// Reads what pages write as lists and objects: JSON, or JavaScript's looser form of it, without running anything.
((crowd) => {
  "use strict";

  const SPACE = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
  const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
  const WORD = /[\p{L}_$][\p{L}\p{N}_$-]*/uy;
  const WORDS = { true: true, false: false, null: null, undefined: null };
  const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", 0: "\0", "\n": "" };

  /** A reader with a place in its text. */
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    match(pattern) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.text);
      if (found === null) return null;
      this.at = pattern.lastIndex;
      return found[0];
    }

    peek() {
      this.match(SPACE);
      return this.text[this.at];
    }

    take(sign) {
      if (this.peek() !== sign) return false;
      this.at += 1;
      return true;
    }

    fail() {
      throw new SyntaxError(`unexpected text at ${this.at}: ${this.text.slice(this.at, this.at + 20)}`);
    }

    value() {
      const sign = this.peek();
      if (sign === "[") return this.list();
      if (sign === "{") return this.object();
      if (sign === "'" || sign === '"' || sign === "`") return this.string();
      const number = this.match(NUMBER);
      if (number !== null) return Number(number);
      const word = this.match(WORD);
      if (word === null || !Object.hasOwn(WORDS, word)) this.fail();
      return WORDS[word];
    }

    list() {
      const items = [];
      this.take("[");
      while (!this.take("]")) {
        if (this.take(",")) continue;
        items.push(this.value());
        if (this.peek() !== "]" && !this.take(",")) this.fail();
      }
      return items;
    }

    object() {
      const members = {};
      this.take("{");
      while (!this.take("}")) {
        if (this.take(",")) continue;
        const key = this.key();
        if (!this.take(":")) this.fail();
        // Defined, not assigned: "__proto__" is a name as any other.
        Object.defineProperty(members, key, {
          value: this.value(),
          enumerable: true,
          writable: true,
          configurable: true,
        });
        if (this.peek() !== "}" && !this.take(",")) this.fail();
      }
      return members;
    }

    key() {
      const sign = this.peek();
      if (sign === "'" || sign === '"' || sign === "`") return this.string();
      const key = this.match(WORD) ?? this.match(NUMBER);
      return key ?? this.fail();
    }

    string() {
      const end = this.text[this.at];
      let words = "";
      for (this.at += 1; this.text[this.at] !== end; this.at += 1) {
        if (this.at >= this.text.length) this.fail();
        words += this.text[this.at] === "\\" ? this.escaped() : this.text[this.at];
      }
      this.at += 1;
      return words;
    }

    escaped() {
      this.at += 1;
      const sign = this.text[this.at];
      const length = { u: 4, x: 2 }[sign];
      if (length === undefined) return ESCAPES[sign] ?? sign;
      const digits = this.text.slice(this.at + 1, this.at + 1 + length);
      if (!/^[\da-fA-F]+$/.test(digits) || digits.length < length) this.fail();
      this.at += length;
      return String.fromCharCode(parseInt(digits, 16));
    }
  }

  /** What the text says, or `otherwise` where it is neither JSON nor like it. */
  function readLiteral(text, otherwise) {
    if (text === null || text.trim() === "") return otherwise;
    try {
      return JSON.parse(text);
    } catch {
      try {
        const reader = new Reader(text);
        const value = reader.value();
        return reader.peek() === undefined ? value : otherwise;
      } catch {
        console.warn(`This attribute is neither JSON nor like it: ${text.slice(0, 100)}`);
        return otherwise;
      }
    }
  }

  /** The words of an entry of a list of labels, which is a string or an object with a label. */
  function labelOf(entry) {
    return entry !== null && typeof entry === "object" ? String(entry.label ?? entry.text ?? "") : String(entry);
  }

  crowd.readLiteral = readLiteral;
  crowd.labelOf = labelOf;
})(window.crowdElements);
