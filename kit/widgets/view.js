// Shows the HTML that Python wrote and tells Python what a person did.
//
// The page is changed in place (morph): focus, typed text, selection, scroll and opened details stay. What needs no
// answer from Python (Show code, Copy, an opened "why") happens here, so it works while a cell keeps the kernel busy.

const PATIENCE_MS = 700;
const TYPING_MS = 250;
const WORRY_MS = 8000; // from here on, a kernel that was restarted and knows no panel is as likely as a long cell

export default { render };

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "tunebook";
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes keys that are typed here for its own
  root.dataset.jpSuppressContextMenu = "true";
  el.append(root);
  const opened = new Set();
  const view = Math.random().toString(36).slice(2);
  const talk = talker(model, root, view);
  const limits = limitLines(root, talk);
  rowKeys(root);

  let drawing = false;
  const draw = () => {
    const wanted = document.createElement("div");
    wanted.innerHTML = model.get("html");
    const held = root.contains(document.activeElement);
    const field = held ? document.activeElement.name : "";
    drawing = true; // a field that is taken away with text in it says that it has changed
    morphChildren(root, wanted);
    drawing = false;
    showOpened(root, opened);
    if (held && !root.contains(document.activeElement)) {
      const next = field && root.querySelector(`textarea[name="${CSS.escape(field)}"]`); // a field that was emptied
      const head = root.querySelector(".tb-head [data-action]") ?? root.querySelector(".tb-head button");
      (next || head)?.focus({ preventScroll: true });
    }
  };
  model.on("change:html", draw);
  draw();

  root.addEventListener("click", (event) => clicked(event, root, opened, talk));
  const typing = hesitant(talk);
  root.addEventListener("input", (event) => {
    const field = event.target.closest("[data-typed]");
    if (field) typing.soon(field);
  });
  root.addEventListener("change", (event) => {
    if (drawing) return;
    typing.end();
    const field = event.target.closest("[data-change]");
    if (field) talk.say(field.dataset.change, { name: event.target.name, value: valueOf(event.target) });
  });
  root.addEventListener("submit", (event) => event.preventDefault());
  root.addEventListener("keydown", (event) => {
    const field = event.target.closest("[data-enter]");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      root.querySelector(`[data-action="${field.dataset.enter}"]`)?.click();
      event.preventDefault();
    }
  });

  let width = 0;
  const sizes = new ResizeObserver(() => {
    const now = Math.round(root.clientWidth / 10) * 10;
    if (now > 0 && now !== width) talk.tell("@width", { view, value: (width = now) });
  });
  talk.tell("@seen", { view });
  sizes.observe(root);
  return () => {
    sizes.disconnect();
    model.off("change:html", draw);
    typing.end();
    limits.end();
    talk.end();
    talk.tell("@gone", { view });
  };
}

/** Send messages; when Python is slow to answer, say so in the panel. */
function talker(model, root, view) {
  let said = 0;
  let timer = 0;
  const answered = (message, buffers) => {
    if (message?.download && message.view === view) download(message, buffers[0]);
    if (message?.done >= said) {
      clearTimeout(timer);
      delete root.dataset.waiting;
    }
  };
  model.on("msg:custom", answered);
  const tell = (action, more) => {
    try {
      model.send({ action, ...more });
    } catch (error) {
      root.dataset.waiting = "gone"; // no kernel: the last drawing stays, and says so
    }
  };
  return {
    tell,
    say(action, more) {
      said += 1;
      clearTimeout(timer);
      timer = setTimeout(() => {
        root.dataset.waiting = "busy";
        timer = setTimeout(() => (root.dataset.waiting = "lost"), WORRY_MS);
      }, PATIENCE_MS);
      tell(action, { ...more, number: said, view, values: valuesOf(root) });
    },
    end() {
      clearTimeout(timer);
      model.off("msg:custom", answered);
    },
  };
}

/** Hand a file over to the browser, as if it had been fetched. */
function download({ download: name, type }, bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link); // some browsers fetch nothing for a link that is nowhere
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Tell what is typed once the typing pauses. */
function hesitant(talk) {
  let timer = 0;
  return {
    soon(field) {
      clearTimeout(timer);
      timer = setTimeout(() => talk.say(field.dataset.typed, { name: field.name, value: valueOf(field) }), TYPING_MS);
    },
    end() {
      clearTimeout(timer); // what comes next tells every field anyway
    },
  };
}

function clicked(event, root, opened, talk) {
  const button = event.target.closest("[data-action], [data-toggle], [data-copy]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.toggle) {
    const id = button.dataset.toggle;
    if (!opened.has(id) && takenByPage(root, id)) return;
    opened.has(id) ? opened.delete(id) : opened.add(id);
    showOpened(root, opened);
  } else if (button.dataset.copy) {
    copy(root.querySelector(`[data-part="${button.dataset.copy}"]`), button);
  } else if (event.detail < 2) {
    // The second click of a double click would hit whatever took this button's place.
    talk.say(button.dataset.action, { value: button.value || button.dataset.value || "" });
  }
}

/** JupyterLab with our extension takes the code into a cell of its own; anybody else leaves it to be shown here. */
function takenByPage(root, id) {
  const code = root.querySelector(`[data-part="${id}"]`)?.textContent;
  if (id !== "code" || !code) return false;
  return !root.dispatchEvent(
    new CustomEvent("tunebook:insert-code", { bubbles: true, composed: true, cancelable: true, detail: { code } }),
  );
}

function showOpened(root, opened) {
  for (const button of root.querySelectorAll("[data-toggle]")) {
    const open = opened.has(button.dataset.toggle);
    button.setAttribute("aria-expanded", String(open));
    const part = root.querySelector(`[data-part="${button.dataset.toggle}"]`);
    if (part) part.closest("[data-fold]").hidden = !open;
  }
}

async function copy(part, button) {
  const text = part.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    const area = Object.assign(document.createElement("textarea"), { value: text }); // http pages have no clipboard
    part.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.dataset.copied = "true";
  setTimeout(() => delete button.dataset.copied, 1500);
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function valuesOf(root) {
  const values = {};
  for (const field of root.querySelectorAll("input[name], select[name], textarea[name]")) {
    if (field.type === "radio" && !field.checked) continue;
    values[field.name] = valueOf(field);
  }
  return values;
}

// ---- morph

const keyOf = (node) => (node.nodeType === 1 ? node.dataset?.key || node.id || "" : "");
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function morphChildren(from, to) {
  const wanted = [...to.childNodes];
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  const known = new Map();
  for (const child of [...from.children]) {
    const key = keyOf(child);
    if (key && !keys.has(key)) child.remove();
    else if (key) known.set(key, child);
  }
  let at = from.firstChild;
  for (const want of wanted) {
    const key = keyOf(want);
    const have = key ? known.get(key) : at;
    if (have && alike(have, want)) {
      if (have === at) at = at.nextSibling;
      else from.insertBefore(have, at);
      morph(have, want);
    } else {
      from.insertBefore(want, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function morph(have, want) {
  if (have.nodeType !== 1) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  if (have.isEqualNode(want) || have.dataset.held) return; // what is being dragged stays with the hand
  if (have.localName === "svg" && !("live" in have.dataset)) {
    have.replaceWith(want);
    return;
  }
  const before = saidValue(have);
  for (const { name } of [...have.attributes]) {
    const own = name === "open" && have.localName === "details";
    if (!own && !want.hasAttribute(name)) have.removeAttribute(name);
  }
  for (const { name, value } of [...want.attributes]) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
  morphChildren(have, want);
  takeValue(have, want, before);
}

/** What Python last said a field holds; what a person typed since is another thing. */
function saidValue(field) {
  if (field.localName === "textarea") return field.defaultValue;
  if (field.localName === "select") return field.dataset.value;
  if (field.localName === "input") return field.type === "checkbox" ? field.defaultChecked : field.defaultValue;
  return undefined;
}

function takeValue(have, want, before) {
  const said = saidValue(want);
  if (said === undefined || said === before || have === document.activeElement) return;
  if (have.type === "checkbox") have.checked = said;
  else have.value = said;
}
