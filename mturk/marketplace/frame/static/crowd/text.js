// What the elements say, in one table for each language; those beside `en` have files of their own.
((crowd) => {
  "use strict";

  const texts = {
    en: {
      accept_first: "Accept the HIT before you submit your work.",
      add_instance: "Add instance",
      alert_error: "Error:",
      alert_info: "Note:",
      alert_success: "Done:",
      alert_warning: "Warning:",
      add_pair: "Add a question",
      answer: "Answer",
      answer_words: "Question {number}: write an answer of {least} words or more.",
      answer_words_most: "Question {number}: write an answer of {most} words or less.",
      box_help:
        "Drag over the picture, or click two opposite corners. With the keyboard: arrow keys move the cross, " +
        "Space sets a corner.",
      brush: "Brush",
      brush_size: "Size",
      cancel: "Cancel",
      characters: "{count} characters",
      characters_of: "{count} of {most} characters",
      check_answers: "Please check your answers",
      choose_categories: "Choose at least one category.",
      choose_category: "Choose a category.",
      choose_option: "Choose one of the options.",
      clear: "Clear all",
      close: "Close",
      comment: "Add a comment",
      comment_label: "Comment",
      custom_tag: "Another tag",
      decrease: "Less",
      detailed: "Detailed instructions",
      dismiss: "Close this message",
      earlier_failed: "The earlier annotations could not be loaded.",
      entities: "Labelled text",
      entity: "{label}: {text}",
      entity_help:
        "Select some text, with the mouse or with Shift and the arrow keys, and choose a label or press its number. " +
        "To change or remove a label, put the cursor into the labelled text.",
      entity_overlap: "Part of this text has a label already. Remove that label first.",
      entity_select: "Select some text first, then choose a label.",
      eraser: "Eraser",
      examples: "Examples",
      fill_area: "Outline",
      field: "This field",
      finish: "Finish the shape",
      full_instructions: "View full instructions",
      good_example: "Good example",
      height: "Height",
      image: "Picture to work on",
      image_failed: "The picture could not be loaded.",
      image_loading: "The picture is still loading. Please wait a moment.",
      instances: "Instances",
      instructions: "Instructions",
      keypoint_help: "Click the place. With the keyboard: arrow keys move the cross, Space sets a point.",
      keys_help: "With Shift arrow keys go further; 1 to 9 choose a label, Escape lets go.",
      labels: "Labels",
      left: "Left",
      line_help: "Drag, or click both ends. With the keyboard: arrow keys move the cross, Space sets an end.",
      loading: "Loading",
      more_words: "Write {least} characters or more.",
      next_label: "Label of the next shape",
      no_labels: "There is no label yet.",
      none_yet: "Nothing yet.",
      open_dialog: "Click to open modal",
      open_instructions: "Click for instructions",
      opacity: "Opacity of the colours",
      overlay: "Show the annotations",
      pairs_least: "Write {least} questions or more.",
      poor_example: "Poor example",
      polygon_help:
        "Click corner after corner; click the first one again, or press Enter, to close the shape. With the " +
        "keyboard: arrow keys move the cross, Space sets a corner.",
      polyline_help:
        "Click point after point; double-click or press Enter at the end. With the keyboard: arrow keys move the " +
        "cross, Space sets a point.",
      position: "{x} across, {y} down",
      question: "Question",
      question_number: "Question {number}",
      question_words: "Question {number}: write a question of {least} words or more.",
      question_words_most: "Question {number}: write a question of {most} words or less.",
      rank: "Rank of response {number} by {dimension}",
      rank_all: "{dimension}: give each response a rank.",
      rank_choose: "Choose a rank",
      rank_tie: "{dimension}: each response needs a rank of its own.",
      references: "Passages it comes from",
      reference_add: "Add the selected text",
      reference_select: "Select some of the text first.",
      remove: "Remove",
      remove_named: "Remove {name}",
      required_check: "Tick this box.",
      required_field: "Fill in this field.",
      required_slider: "Move the slider to your answer.",
      response: "Response {number}",
      save: "Save",
      segmentation_help:
        "Paint with the brush, or click round an area and press Enter. With the keyboard: arrow keys move the cross, " +
        "Space paints or sets a corner, Enter fills the outline.",
      selected_label: "Label of the chosen shape",
      shape: "{label} {number}",
      shape_keys_help:
        "Page Up and Page Down choose a shape, [ and ] one of its points: arrow keys move it, Delete removes it.",
      shape_added: "{label} added.",
      shape_removed: "{label} removed.",
      shapes: "Shapes",
      submit: "Submit",
      summary: "Summary",
      tags: "Tags",
      text: "Text",
      tools: "Tools",
      top: "Top",
      undo: "Undo",
      width: "Width",
      wrong_value: "Enter a value of the right kind.",
      x: "Across",
      y: "Down",
      zoom_in: "Larger",
      zoom_out: "Smaller",
    },
  };

  // The worker's language stands in the script's address; a page that says its own is read in that.
  const source = document.currentScript?.src;
  const worker = (source && new URL(source).searchParams.get("language")) || "en";

  /** The words of a text, in the page's language where there is a table of it. */
  function say(key, values = {}) {
    const language = (document.documentElement.lang || worker).toLowerCase();
    const table = texts[language] || texts[language.split("-")[0]] || {};
    const words = table[key] || texts.en[key];
    return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  crowd.texts = texts;
  crowd.say = say;
})(window.crowdElements);
