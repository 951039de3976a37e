// What the elements say in German.
((crowd) => {
  "use strict";

  crowd.texts.de = {
    accept_first: "Nehmen Sie den HIT an, bevor Sie Ihre Arbeit einreichen.",
    add_instance: "Objekt hinzufügen",
    alert_error: "Fehler:",
    alert_info: "Hinweis:",
    alert_success: "Erledigt:",
    alert_warning: "Achtung:",
    add_pair: "Frage hinzufügen",
    answer: "Antwort",
    answer_words: "Frage {number}: Schreiben Sie eine Antwort mit mindestens {least} Wörtern.",
    answer_words_most: "Frage {number}: Schreiben Sie eine Antwort mit höchstens {most} Wörtern.",
    box_help:
      "Ziehen Sie über das Bild, oder klicken Sie auf zwei gegenüberliegende Ecken. Mit der Tastatur: Die " +
      "Pfeiltasten bewegen das Kreuz, die Leertaste setzt eine Ecke.",
    brush: "Pinsel",
    brush_size: "Größe",
    cancel: "Abbrechen",
    characters: "{count} Zeichen",
    characters_of: "{count} von {most} Zeichen",
    check_answers: "Bitte prüfen Sie Ihre Antworten",
    choose_categories: "Wählen Sie mindestens eine Kategorie.",
    choose_category: "Wählen Sie eine Kategorie.",
    choose_option: "Wählen Sie eine der Möglichkeiten.",
    clear: "Alles löschen",
    close: "Schließen",
    comment: "Kommentar hinzufügen",
    comment_label: "Kommentar",
    custom_tag: "Anderes Schlagwort",
    decrease: "Weniger",
    detailed: "Ausführliche Anleitung",
    dismiss: "Diese Meldung schließen",
    earlier_loading: "Die früheren Markierungen werden noch geladen. Bitte warten Sie einen Moment.",
    earlier_lost: "Die früheren Markierungen fehlen. Laden Sie die Seite neu, oder malen Sie alles noch einmal.",
    earlier_failed: "Die früheren Markierungen konnten nicht geladen werden.",
    entities: "Markierter Text",
    entity: "{label}: {text}",
    entity_help:
      "Wählen Sie Text aus, mit der Maus oder mit der Umschalttaste und den Pfeiltasten, und wählen Sie dann eine " +
      "Bezeichnung oder drücken Sie ihre Zahl. Um eine Bezeichnung zu ändern oder zu entfernen, setzen Sie die " +
      "Schreibmarke in den markierten Text.",
    entity_overlap: "Ein Teil dieses Textes hat schon eine Bezeichnung. Entfernen Sie diese zuerst.",
    entity_select: "Wählen Sie zuerst Text aus, dann eine Bezeichnung.",
    eraser: "Radierer",
    examples: "Beispiele",
    fill_area: "Umriss",
    field: "Dieses Feld",
    finish: "Form abschließen",
    full_instructions: "Ganze Anleitung anzeigen",
    good_example: "Gutes Beispiel",
    height: "Höhe",
    image: "Bild zum Bearbeiten",
    image_failed: "Das Bild konnte nicht geladen werden.",
    image_loading: "Das Bild wird noch geladen. Bitte warten Sie einen Moment.",
    instances: "Objekte",
    instructions: "Anleitung",
    keypoint_help:
      "Klicken Sie auf die Stelle. Mit der Tastatur: Die Pfeiltasten bewegen das Kreuz, die Leertaste setzt einen " +
      "Punkt.",
    keys_help:
      "Mit der Umschalttaste gehen die Pfeiltasten weiter; 1 bis 9 wählen eine Bezeichnung, Escape lässt los.",
    labels: "Bezeichnungen",
    left: "Links",
    line_help:
      "Ziehen Sie, oder klicken Sie auf beide Enden. Mit der Tastatur: Die Pfeiltasten bewegen das Kreuz, die " +
      "Leertaste setzt ein Ende.",
    loading: "Wird geladen",
    more_words: "Schreiben Sie mindestens {least} Zeichen.",
    next_label: "Bezeichnung der nächsten Form",
    no_labels: "Es gibt noch keine Bezeichnung.",
    none_yet: "Noch nichts.",
    open_dialog: "Fenster öffnen",
    open_instructions: "Anleitung öffnen",
    opacity: "Deckkraft der Farben",
    overlay: "Markierungen anzeigen",
    pairs_least: "Schreiben Sie mindestens {least} Fragen.",
    poor_example: "Schlechtes Beispiel",
    polygon_help:
      "Klicken Sie Ecke für Ecke an; ein Klick auf die erste Ecke oder die Eingabetaste schließt die Form. Mit der " +
      "Tastatur: Die Pfeiltasten bewegen das Kreuz, die Leertaste setzt eine Ecke.",
    polyline_help:
      "Klicken Sie Punkt für Punkt an; ein Doppelklick oder die Eingabetaste beendet die Linie. Mit der Tastatur: " +
      "Die Pfeiltasten bewegen das Kreuz, die Leertaste setzt einen Punkt.",
    position: "{x} waagerecht, {y} senkrecht",
    question: "Frage",
    question_number: "Frage {number}",
    question_words: "Frage {number}: Schreiben Sie eine Frage mit mindestens {least} Wörtern.",
    question_words_most: "Frage {number}: Schreiben Sie eine Frage mit höchstens {most} Wörtern.",
    rank: "Rang der Antwort {number} nach {dimension}",
    rank_all: "{dimension}: Geben Sie jeder Antwort einen Rang.",
    rank_choose: "Rang wählen",
    rank_tie: "{dimension}: Jede Antwort braucht einen eigenen Rang.",
    references: "Stellen, aus denen sie stammt",
    reference_add: "Ausgewählten Text hinzufügen",
    reference_select: "Wählen Sie zuerst einen Teil des Textes aus.",
    remove: "Entfernen",
    remove_named: "{name} entfernen",
    required_check: "Setzen Sie hier ein Häkchen.",
    required_field: "Füllen Sie dieses Feld aus.",
    required_slider: "Bewegen Sie den Regler zu Ihrer Antwort.",
    response: "Antwort {number}",
    save: "Speichern",
    segmentation_help:
      "Malen Sie mit dem Pinsel, oder umranden Sie eine Fläche mit Klicks und drücken Sie die Eingabetaste. Mit der " +
      "Tastatur: Die Pfeiltasten bewegen das Kreuz, die Leertaste malt oder setzt eine Ecke, die Eingabetaste füllt " +
      "den Umriss.",
    selected_label: "Bezeichnung der gewählten Form",
    shape: "{label} {number}",
    shape_keys_help:
      "Bild auf und Bild ab wählen eine Form, [ und ] einen ihrer Punkte: Die Pfeiltasten bewegen ihn, Entf löscht " +
      "ihn.",
    shape_added: "{label} hinzugefügt.",
    shape_removed: "{label} entfernt.",
    shapes: "Formen",
    submit: "Einreichen",
    summary: "Zusammenfassung",
    tags: "Schlagwörter",
    text: "Text",
    tools: "Werkzeuge",
    top: "Oben",
    undo: "Rückgängig",
    width: "Breite",
    wrong_value: "Geben Sie einen passenden Wert ein.",
    x: "Waagerecht",
    y: "Senkrecht",
    zoom_in: "Größer",
    zoom_out: "Kleiner",
  };
})(window.crowdElements);
