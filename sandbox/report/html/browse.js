// The list of trials, its filters, and which trial is open: #trial=KEY, with &step=N at one of its steps.

const stored = JSON.parse(byId("data").textContent);
const trials = stored.rows.map((row) => Object.fromEntries(stored.columns.map((name, index) => [name, row[index]])));
const byKey = new Map(trials.map((trial) => [trial.key, trial]));
const AT_ONCE = 300;
const HEADINGS = [
  ["task", "n"], ["verdict", "w"], ["candidate", "n"], ["condition", "w"], ["calls", "f"], ["faulty", "f"],
  ["back", "f", "came back"], ["tokens", "f"], ["cost", "f"], ["wall", "f"],
];
let shown = trials;
let limit = AT_ONCE;
let opened = null;

const address = (trial, step) => `#trial=${encodeURIComponent(trial.key)}${step ? `&step=${step}` : ""}`;

const named = (trial) => `${trial.task}, ${trial.candidate}, ${trial.condition}/${trial.repeat}: ${trial.verdict}`;

const cellOf = (trial, name, kind) => {
  if (name === "task") {
    const words = [el("bdi", {}, trial.task)];
    const link = trial.transcript === null ? el("span", {}, words) : el("a", { href: address(trial), "aria-label": named(trial) }, words);
    return el("th", { scope: "row", class: "n" }, link);
  }
  if (name === "verdict") return el("td", { class: kind, title: trial.reason }, verdictBadge(trial.verdict));
  if (name === "condition") return el("td", { class: kind }, el("bdi", {}, `${trial.condition}/${trial.repeat}`));
  return el("td", { class: kind }, kind === "f" ? String(trial[name]) : el("bdi", {}, String(trial[name])));
};

const fillList = () => {
  const head = el("tr", {}, HEADINGS.map(([name, kind, words]) => el("th", { scope: "col", class: kind }, words || name)));
  const rows = shown.slice(0, limit).map((trial) => el("tr", {}, HEADINGS.map(([name, kind]) => cellOf(trial, name, kind))));
  byId("list").replaceChildren(el("caption", { class: "unseen" }, "Trials"), el("thead", {}, head), el("tbody", {}, rows));
  const left = shown.length - limit;
  byId("more").hidden = left <= 0;
  byId("more").textContent = `Show ${Math.min(left, AT_ONCE).toLocaleString("en")} more of ${left.toLocaleString("en")}`;
};

const filter = () => {
  const [candidate, verdict] = [byId("by-candidate").value, byId("by-verdict").value];
  const task = byId("by-task").value.toLowerCase();
  shown = trials.filter(
    (trial) =>
      (!candidate || trial.candidate === candidate) && (!verdict || trial.verdict === verdict) && trial.task.toLowerCase().includes(task)
  );
  limit = AT_ONCE;
  byId("found").textContent = `${shown.length.toLocaleString("en")} of ${trials.length.toLocaleString("en")} trials`;
  fillList();
};

const offer = (id, name) => {
  const values = [...new Set(trials.map((trial) => trial[name]))].sort();
  byId(id).append(el("option", { value: "" }, "all"), ...values.map((value) => el("option", { value }, value)));
  byId(id).addEventListener("change", filter);
};

const unpack = async (trial) => {
  const held = byId(`transcript-${trial.transcript}`).textContent;
  const bytes = Uint8Array.from(atob(held), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};

const neighbour = (trial, by) => {
  const list = shown.includes(trial) ? shown : trials;
  for (let index = list.indexOf(trial) + by; index >= 0 && index < list.length; index += by) {
    if (list[index].transcript !== null) return list[index];
  }
  return null;
};

const steps = (trial) => {
  const [before, after] = [neighbour(trial, -1), neighbour(trial, 1)];
  return el(
    "nav",
    { class: "steps", "aria-label": "Trials" },
    el("a", { href: "#trials", id: "back" }, "← All trials"),
    before ? el("a", { href: address(before), rel: "prev" }, "Previous") : null,
    after ? el("a", { href: address(after), rel: "next" }, "Next") : null
  );
};

const open = async (trial, step) => {
  const place = byId("trial");
  if (opened !== trial) {
    opened = trial;
    const head = [
      steps(trial),
      el("h1", { id: "trial-title", tabindex: "-1" }, el("bdi", {}, trial.task)),
      el("p", { class: "facts" }, el("span", {}, el("bdi", {}, trial.candidate)), el("span", {}, el("bdi", {}, `${trial.condition}/${trial.repeat}`))),
    ];
    place.replaceChildren(...head);
    byId("overview").hidden = true;
    place.hidden = false;
    let body;
    try {
      const data = await unpack(trial);
      if (opened !== trial) return;
      body = renderTrial(trial, data, (number) => el("a", { href: address(trial, number) }, `to step ${number}`));
    } catch (error) {
      body = [el("p", { class: "caveat" }, `This transcript cannot be opened here: ${error}. A browser of 2023 or later is needed.`)];
    }
    place.append(...body.flat().filter(Boolean));
    document.title = `${trial.task} · ${trial.candidate} · Roadtest`;
  }
  const goal = (step && byId(`step-${step}`)) || byId("trial-title");
  goal.focus({ preventScroll: true });
  goal.scrollIntoView();
  if (!step) window.scrollTo(0, 0);
};

const overviewTitle = document.title;

const close = (goal) => {
  const left = opened;
  opened = null;
  byId("trial").hidden = true;
  byId("trial").replaceChildren();
  byId("overview").hidden = false;
  document.title = overviewTitle;
  const link = left && goal === "trials" && [...document.querySelectorAll("#list a")].find((one) => one.hash === address(left));
  if (link) link.focus();
  const place = link || byId(goal);
  if (place && (left || goal === "trials")) place.scrollIntoView({ block: link ? "center" : "start" });
};

const route = () => {
  const words = new Map(location.hash.slice(1).split("&").map((part) => part.split("=")));
  let trial = null;
  try {
    trial = words.has("trial") ? byKey.get(decodeURIComponent(words.get("trial"))) : null;
  } catch {
    // What was typed is no address of ours.
  }
  if (trial && trial.transcript !== null) open(trial, Number.parseInt(words.get("step"), 10) || null);
  else if (opened) close(/^[a-z-]+$/.test(location.hash.slice(1)) ? location.hash.slice(1) : "trials");
};

byId("filters").hidden = false;
offer("by-candidate", "candidate");
offer("by-verdict", "verdict");
byId("by-task").addEventListener("input", filter);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => {
  const first = limit;
  limit += AT_ONCE;
  fillList();
  const row = byId("list").tBodies[0].rows[first];
  if (row) (row.querySelector("a") || byId("more")).focus();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  // The address may name a trial, and is to go on naming it.
  event.preventDefault();
  byId("main").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && opened) location.hash = "#trials";
});
filter();
window.addEventListener("hashchange", route);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", route);
else route();
