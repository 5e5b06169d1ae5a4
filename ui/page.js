// What the page does by itself, and what it tells the program. One listener for all buttons and
// links of ours: each names its act in `data-act`. Runs inside Gradio with `element` and `trigger`.
const TOLD = ["cite", "look", "more", "retry", "edit", "example", "judge", "case", "export", "open",
  "rename", "delete", "remove", "leaf", "sample"];
const one = (selector) => document.querySelector(selector);
window.__attest?.abort();
const life = (window.__attest = new AbortController());
const hear = (name, act) => document.addEventListener(name, act, { signal: life.signal });
let origin = null;
let wanted = new URLSearchParams(location.search).get("answer");

const data = (button) => {
  const told = { ...button.dataset };
  const box = button.closest("details");
  if (told.act === "judge") told.note = box.querySelector(".note").value;
  if (told.act === "rename") told.title = box.querySelector(".name").value;
  if (told.act === "case") {
    const boxes = [...box.querySelectorAll("input[data-n]:checked")];
    told.quotes = boxes.map((each) => each.dataset.n).join(" ");
    told.answerable = box.querySelector(".answerable").checked ? "yes" : "no";
  }
  delete told.act;
  return told;
};

const say = (text) => { one("#said").textContent = text; };

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied");
};

const dark = (wanted) => {
  document.body.classList.toggle("dark", wanted);
  document.documentElement.style.colorScheme = wanted ? "dark" : "light";
};

const close = () => {
  document.body.classList.remove("reading");
  if (origin?.isConnected) origin.focus();
};

const HERE = {
  copy: (button) => copy(button.dataset.text),
  close,
  theme: () => {
    const wanted = !document.body.classList.contains("dark");
    dark(wanted);
    localStorage.setItem("attest-theme", wanted ? "dark" : "light");
  },
  "ask-first": (button) => {
    button.hidden = true;
    button.nextElementSibling.hidden = false;
    button.nextElementSibling.focus();
  },
};

hear("click", (event) => {
  const button = event.target.closest?.("[data-act]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const act = button.dataset.act;
  if (act in HERE) return HERE[act](button);
  if (!TOLD.includes(act)) return;
  if (["cite", "look", "more"].includes(act)) {
    if (!button.closest("#evidence")) origin = button;
    document.body.classList.add("reading");
  }
  trigger(act, data(button));
});

hear("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("reading")) close();
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    const box = one("#question textarea");
    if (box?.offsetParent) { event.preventDefault(); box.focus(); }
  }
});

const shown = (panel) => {
  const title = panel.querySelector(".title");
  if (!document.body.classList.contains("reading") || !title) return;
  panel.querySelector("mark.cited")?.scrollIntoView({ block: "nearest" });
  title.focus({ preventScroll: true });
};

const address = () => {
  const cited = document.body.classList.contains("reading") ? one("#evidence [data-shown]") : null;
  const there = cited?.dataset.shown || one("#talk [data-address]")?.dataset.address;
  if (there && there !== location.search) history.replaceState(null, "", there);
};

const save = (told) => {
  const bytes = Uint8Array.from(atob(told.content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: told.type }));
  link.download = told.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved ${told.name}`);
};

const changed = () => {
  const panel = one("#evidence .panel");
  const key = panel?.dataset.shown + (panel?.textContent.length ?? 0);
  if (panel && key !== changed.key) { changed.key = key; shown(panel); }
  const file = one("#download [data-file]");
  if (file && file.dataset.stamp !== changed.stamp) {
    changed.stamp = file.dataset.stamp;
    save(JSON.parse(file.dataset.file));
  }
  const named = wanted && document.getElementById(`turn-${wanted}`);
  if (named) { wanted = ""; named.scrollIntoView(); }
  address();
};
const watcher = new MutationObserver(changed);
watcher.observe(document.body, { childList: true, subtree: true, characterData: true,
  attributes: true, attributeFilter: ["data-shown", "data-address", "data-stamp"] });
life.signal.addEventListener("abort", () => watcher.disconnect());

if (new URLSearchParams(location.search).has("cite")) document.body.classList.add("reading");
const chosen = localStorage.getItem("attest-theme");
if (chosen) dark(chosen === "dark");
document.documentElement.lang = "en";
