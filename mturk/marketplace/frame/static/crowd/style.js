// How all elements look. Colours follow the color-scheme of the page, which is light where the page says nothing.
((crowd) => {
  "use strict";

  const COMMON = `
    :host {
      --crowd-accent: light-dark(#0b5cad, #8cc4ff);
      --crowd-on-accent: light-dark(#fff, #06213d);
      --crowd-danger: light-dark(#b3261e, #ffb4ab);
      --crowd-edge: light-dark(#6b7280, #9aa3af);
      --crowd-field: light-dark(#fff, #1b1e23);
      --crowd-panel: light-dark(#f4f6f8, #23272e);
      --crowd-rule: light-dark(#d5dae1, #444b55);
      --crowd-text: light-dark(#1c2128, #e9edf2);
      --crowd-quiet: light-dark(#4b5563, #b6bfca);
      display: block;
      font-family: inherit;
      line-height: 1.45;
      text-align: start;
    }
    :host([hidden]), [hidden] { display: none !important; }
    *, *::before, *::after { box-sizing: border-box; }
    :focus-visible { outline: 3px solid var(--crowd-accent); outline-offset: 2px; }
    :host(:focus-visible) { outline: 3px solid var(--crowd-accent); outline-offset: 2px; }
    button, input, select, textarea { font: inherit; color: inherit; }
    button {
      min-height: 32px;
      min-width: 32px;
      padding: 4px 12px;
      border: 1px solid var(--crowd-edge);
      border-radius: 6px;
      background: var(--crowd-field);
      color: var(--crowd-text);
      cursor: pointer;
    }
    button:hover:not(:disabled) { border-color: var(--crowd-accent); }
    button:disabled { opacity: .55; cursor: not-allowed; }
    button.primary { background: var(--crowd-accent); border-color: var(--crowd-accent);
      color: var(--crowd-on-accent); }
    button.link {
      border-color: transparent; background: none; padding-inline: 4px;
      color: var(--crowd-accent); text-decoration: underline;
    }
    button[aria-pressed="true"] { outline: 2px solid var(--crowd-accent); outline-offset: -3px; font-weight: 600; }
    input:where([type="radio"], [type="checkbox"]) {
      width: 20px; height: 20px; margin: 2px; flex: none; accent-color: var(--crowd-accent);
    }
    .field {
      width: 100%; min-height: 36px; padding: 6px 10px;
      border: 1px solid var(--crowd-edge); border-radius: 6px;
      background: var(--crowd-field); color: var(--crowd-text);
    }
    .field[aria-invalid="true"] { border: 2px solid var(--crowd-danger); }
    .choice { display: flex; gap: 8px; align-items: flex-start; min-height: 28px; padding: 2px 0; cursor: pointer; }
    .message { margin: 4px 0 0; color: var(--crowd-danger); font-weight: 600; }
    .message:empty { display: none; }
    .swatch { flex: none; width: 18px; height: 18px; border: 1px solid var(--crowd-edge); border-radius: 4px; }
    kbd { margin-inline-start: auto; padding: 0 6px; border: 1px solid var(--crowd-rule); border-radius: 4px;
      font: inherit; font-size: .8em; color: var(--crowd-quiet); }
    .quiet { color: var(--crowd-quiet); font-size: .9em; }
    .unseen {
      position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0;
      overflow: hidden; clip-path: inset(50%); white-space: nowrap;
    }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
  `;
  const sheets = new Map();

  /** The style sheet with these rules; one for all elements of a kind. */
  function sheet(rules) {
    if (!sheets.has(rules)) {
      const made = new CSSStyleSheet();
      made.replaceSync(rules);
      sheets.set(rules, made);
    }
    return sheets.get(rules);
  }

  crowd.sheets = (rules) => (rules ? [sheet(COMMON), sheet(rules)] : [sheet(COMMON)]);
})(window.crowdElements);
