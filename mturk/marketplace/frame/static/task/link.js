// Links and addresses to where MTurk took answers.

function firstClick(event) {
  used(event);
  var link = linkOf(event);
  if (link) keepHere(link, "href");
  unlisten(window, "click", lastClick);
  if (link) listen(window, "click", lastClick);
}

function lastClick(event) {
  var link = linkOf(event);
  if (!link || isPrevented(event) || !landsHere(link.href)) return;
  prevent(event);
  submit(list(parsed(link.href).searchParams));
}

function linkOf(event) {
  return event.composedPath().find(function (place) { return place instanceof HTMLAnchorElement && place.href; });
}

/* `location = …`. A page in an origin of its own is not asked where its scripts lead it; one below a task host is. */
function leaves(event) {
  if (event.formData || !event.cancelable || !landsHere(event.destination.url)) return;
  prevent(event);
  submit(list(parsed(event.destination.url).searchParams));
}

if (window.navigation) listen(window.navigation, "navigate", leaves);
