// Limits on a plot: lines that are dragged with the mouse or moved with the keys, each a slider. Where it stands is
// decided here at once; Python hears of it a few times a second and says who meets the limits.

const TELL_MS = 120;
const NEAR = 0.008; // of the axis: so close to its lenient end a limit is none

function limitLines(root, talk) {
  let held = null;
  const telling = tellNowAndThen(talk);
  const at = (event) => event.target.closest?.("[data-limit]");
  root.addEventListener("pointerdown", (event) => {
    held = event.button === 0 ? at(event) : null;
    if (!held) return;
    held.dataset.held = "mouse";
    held.setPointerCapture(event.pointerId);
    held.focus({ preventScroll: true });
    event.preventDefault(); // else text is selected on the way
  });
  root.addEventListener("pointermove", (event) => {
    if (held) telling.soon(held, moveLimit(root, held, shareAt(held, event)));
  });
  const letGo = () => {
    if (!held) return;
    telling.now();
    delete held.dataset.held;
    held = null;
  };
  root.addEventListener("pointerup", letGo);
  root.addEventListener("pointercancel", letGo);
  root.addEventListener("keydown", (event) => {
    const line = at(event);
    const share = line && shareAfter(line, event);
    if (share === undefined || share === null) return;
    event.preventDefault();
    telling.soon(line, moveLimit(root, line, share));
  });
  return telling;
}

/** Tell Python of a limit at most a few times a second, the last value in any case. */
function tellNowAndThen(talk) {
  let timer = 0;
  let next = null;
  const now = () => {
    clearTimeout(timer);
    timer = 0;
    if (next) talk.say("limit", { value: next });
    next = null;
  };
  return {
    now,
    soon(line, typed) {
      next = { name: line.dataset.limit, typed };
      timer ||= setTimeout(now, TELL_MS);
    },
    end: () => clearTimeout(timer),
  };
}

const number = (line, name) => Number(line.dataset[name]);

/** Where the pointer is along the axis, from 0 to 1: the plot may be drawn smaller than it was made. */
function shareAt(line, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(line.ownerSVGElement.getScreenCTM().inverse());
  const along = line.dataset.axis === "x" ? place.x : place.y;
  return (along - number(line, "start")) / (number(line, "end") - number(line, "start"));
}

function shareAfter(line, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const step = event.shiftKey ? 0.1 : 0.02;
  const moves = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: 0.1, PageDown: -0.1 };
  if (event.key in moves) return number(line, "share") + moves[event.key];
  return { Home: 0, End: 1, Delete: lenient(line), Backspace: lenient(line) }[event.key];
}

const lenient = (line) => ("more" in line.dataset ? 0 : 1);

/** Move a line and all that says where it is; return the limit as it would be typed, or null where there is none. */
function moveLimit(root, line, wanted) {
  const share = Math.min(Math.max(wanted, 0), 1);
  const [low, high, start, end] = ["low", "high", "start", "end"].map((name) => number(line, name));
  const none = Math.abs(share - lenient(line)) < NEAR;
  const value = "log" in line.dataset ? low * (high / low) ** share : low + share * (high - low);
  const typed = none ? null : Number((value * number(line, "scale")).toPrecision(3));
  const place = start + (none ? lenient(line) : share) * (end - start);
  line.dataset.share = String(share);
  line.toggleAttribute("data-off", none);
  line.setAttribute("transform", line.dataset.axis === "x" ? `translate(${place} 0)` : `translate(0 ${place})`);
  const said = none ? "" : `${typed} ${line.dataset.unit}`.trim();
  line.setAttribute("aria-valuetext", none ? line.dataset.none : line.dataset.words.replace("{}", said));
  line.setAttribute("aria-valuenow", String(typed ?? Number((value * number(line, "scale")).toPrecision(3))));
  line.querySelector("text").textContent = none ? "" : `${"more" in line.dataset ? "≥" : "≤"} ${said}`;
  const field = root.querySelector(`input[name="limit:${line.dataset.limit}"]`);
  if (field) field.value = typed ?? "";
  shade(root, line, place);
  return typed;
}

function shade(root, line, place) {
  const area = root.querySelector(`[data-beyond="${line.dataset.limit}"]`);
  if (!area) return;
  const [size, from] = line.dataset.axis === "x" ? ["width", "x"] : ["height", "y"];
  const edge = number(line, "more" in line.dataset ? "start" : "end");
  area.setAttribute(from, String(Math.min(place, edge)));
  area.setAttribute(size, String(Math.abs(edge - place)));
}
