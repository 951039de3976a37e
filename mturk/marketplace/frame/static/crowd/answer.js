// From the fields within a crowd-form to what is posted.
((crowd) => {
  "use strict";

  const NO_ANSWER = new Set(["button", "submit", "reset", "image"]);

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  /** What one of HTML's own fields answers, undefined where it is empty. */
  function nativeAnswer(field) {
    if (NO_ANSWER.has(field.type)) return undefined;
    if (field.type === "radio" || field.type === "checkbox") return { [field.value]: field.checked };
    if (field.type === "file") return [...field.files].map((file) => file.name).join(", ") || undefined;
    if (field.type === "select-multiple") return [...field.selectedOptions].map((option) => option.value);
    return field.value.replace(/\r\n?/g, "\n") || undefined;
  }

  /** What a field within a form answers, its own or one of HTML's. */
  function answerOf(field) {
    if (!field.getAttribute("name") || crowd.isDisabled(field)) return undefined;
    if (field instanceof crowd.CrowdElement) return field._submittableValue;
    return field.matches("input, select, textarea") ? nativeAnswer(field) : undefined;
  }

  /** All answers by their fields' names. Boxes and buttons of one name are one object; else the later field counts. */
  function collect(fields) {
    const answers = new Map();
    for (const field of fields) {
      const answer = answerOf(field);
      if (answer === undefined) continue;
      const name = field.getAttribute("name");
      const before = answers.get(name);
      answers.set(name, isObject(before) && isObject(answer) ? { ...before, ...answer } : answer);
    }
    return Object.fromEntries([...answers].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** The names and texts to post for answer-format="flatten-objects": a name for each member, down to lists. */
  function flatten(value, name) {
    if (isObject(value)) return Object.entries(value).flatMap(([key, inner]) => flatten(inner, `${name}.${key}`));
    return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  }

  /** The fields that carry these answers. */
  function entries(answers, format) {
    if (format !== "flatten-objects") return [["taskAnswers", JSON.stringify([answers])]];
    return Object.entries(answers).flatMap(([name, value]) => flatten(value, name));
  }

  Object.assign(crowd, { collect, entries });
})(window.crowdElements);
