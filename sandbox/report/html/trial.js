// One trial, from its name to its verdict.

const VERDICTS = { accepted: "✓", partial: "◐", wrong: "✗", budget: "◔", "agent-crash": "✗", open: "…" };

const verdictBadge = (verdict) =>
  el(
    "span",
    { class: `verdict ${verdict === "accepted" ? "good" : ["wrong", "agent-crash"].includes(verdict) ? "bad" : "between"}` },
    el("span", { "aria-hidden": "true" }, `${VERDICTS[verdict] || "–"} `),
    verdict
  );

const renderTrial = (row, data, stepLink) => [
  el("p", { class: "verdict-line" }, verdictBadge(data.verdict), " ", el("bdi", {}, data.reason)),
  el(
    "dl",
    { class: "figures-list" },
    data.figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))
  ),
  termList("What these figures mean", stored.words.trial),
  data.notes.map((note) => el("p", { class: "caveat" }, note)),
  data.matrix ? renderMatrix(data.matrix, stepLink) : null,
  el("h2", { id: "transcript" }, "Transcript"),
  data.parts.map(renderPart),
  renderEnd(data),
];

const renderPart = (part) => {
  if (part.kind === "step") return renderStep(part);
  if (part.kind === "remark") {
    return el("p", { class: `remark ${part.what}` }, el("span", { "aria-hidden": "true" }, "■ "), part.text);
  }
  const summary = el("summary", {}, part.title);
  return el("details", { class: "told", open: !part.closed }, summary, el("div", { class: "prose" }, part.text));
};

const renderStep = (step) =>
  el(
    "section",
    { class: "step", id: `step-${step.number}`, tabindex: "-1", "aria-labelledby": `step-${step.number}-title` },
    el("h3", { id: `step-${step.number}-title` }, step.title, " ", el("span", { class: "of" }, step.facts.join(" · "))),
    step.failures.map((failure) => el("p", { class: "caveat" }, failure)),
    step.text ? el("div", { class: "prose" }, folded(step.text.split("\n"), (lines) => el("div", {}, lines.join("\n")), "this reply")) : null,
    step.labels || step.problem ? el("p", { class: "fault" }, el("span", { "aria-hidden": "true" }, "✗ "), `the reply: ${step.labels}`) : null,
    textBlock(step.problem, "the answer"),
    step.calls.map(renderCall)
  );

const renderCall = (call) =>
  el(
    "div",
    { class: `call${call.bad ? " bad" : call.odd ? " odd" : ""}` },
    el(
      "p",
      { class: "call-head" },
      el("span", { class: "mark", "aria-hidden": "true" }, call.bad ? "✗ " : "● "),
      el("code", { class: "tool" }, call.name),
      " ",
      el("code", { class: "inline" }, call.inline),
      " ",
      el("span", { class: "outcome" }, call.outcome)
    ),
    call.blocks.map((block) =>
      el("div", { class: "argument" }, el("p", { class: "argument-name" }, block.name), textBlock(block.text, block.name))
    ),
    call.output ? el("div", { class: "output" }, el("p", { class: "argument-name" }, "answer"), textBlock(call.output, "the answer")) : null,
    call.changed ? el("p", { class: "changed" }, `± ${call.changed}`) : null,
    call.note ? el("p", { class: "changed" }, call.note) : null,
    call.files.map(diffBlock)
  );

const renderMatrix = (found, stepLink) => {
  const used = new Set(found.rows.flatMap((row) => row.cells));
  const legend = Object.entries(found.looks).filter(([mark]) => used.has(mark));
  return el(
    "section",
    { class: "oscillation", "aria-labelledby": "matrix-title" },
    el("h2", { id: "matrix-title" }, "Bugs by checkpoint"),
    el("p", { class: "facts" }, found.facts.map((fact) => el("span", {}, fact))),
    termList("How to read this", stored.words.matrix),
    el("div", { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": "matrix-title" }, matrixTable(found)),
    el(
      "p",
      { class: "legend" },
      legend.map(([mark, [symbol, word]]) => el("span", {}, el("span", { class: `cell ${mark}`, "aria-hidden": "true" }, symbol), ` ${word}`)),
      found.own ? el("span", {}, "(n) the candidate's own tests or commit") : null,
      found.held ? el("span", {}, found.held) : null
    ),
    found.changes.map((change) => renderChange(change, stepLink)),
    plainList(found.notes.map((note) => el("li", {}, note)), "notes")
  );
};

const matrixTable = (found) =>
  el(
    "table",
    { class: "matrix" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "bug"), found.columns.map((column) =>
      el("th", { scope: "col" }, column.filter(Boolean).map((part) => el("span", {}, part)))
    ))),
    el("tbody", {}, found.rows.map((row) =>
      el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, row.name)), row.cells.map((mark) =>
        el("td", {}, el("span", { class: `cell ${mark}`, "aria-hidden": "true" }, found.looks[mark][0]), el("span", { class: "unseen" }, found.looks[mark][1]))
      ))
    ))
  );

const renderChange = (change, stepLink) =>
  el(
    "details",
    { class: `event ${change.kind}`, open: change.kind !== "fix" },
    el("summary", {}, el("span", { "aria-hidden": "true" }, `${change.symbol} `), change.text),
    el(
      "dl",
      { class: "figures-list" },
      change.by ? el("div", {}, el("dt", {}, "by"), el("dd", {}, change.by, " ", change.step ? stepLink(change.step) : null)) : null,
      change.tests.length ? el("div", {}, el("dt", {}, "fail"), el("dd", {}, change.tests.map((test) => el("span", { class: "row" }, test)))) : null,
      el("div", {}, el("dt", {}, "seen"), el("dd", {}, change.seen))
    ),
    change.note ? el("p", { class: "changed" }, change.note) : null,
    change.files.map(diffBlock)
  );

const statusList = (title, statuses) =>
  statuses.length
    ? el("div", {}, el("dt", {}, title), el("dd", {}, statuses.map(([symbol, name, word]) =>
        el("span", { class: "row" }, el("span", { class: `cell ${word === "holds" ? "right" : "wrong"}`, "aria-hidden": "true" }, symbol), " ", el("bdi", {}, name), el("span", { class: "unseen" }, ` ${word}`))
      )))
    : null;

const renderEnd = (data) => {
  const { seal, check } = data.end;
  if (!seal && !check) return null;
  const facts = [seal ? el("div", {}, el("dt", {}, "seal"), el("dd", {}, seal)) : null];
  if (check) facts.push(el("div", {}, el("dt", {}, "judge"), el("dd", {}, check.judge)));
  if (check) facts.push(statusList("bugs", check.bugs), statusList("guards", check.guards));
  return el(
    "section",
    { class: "end", "aria-labelledby": "end-title" },
    el("h2", { id: "end-title" }, "End"),
    el("dl", { class: "figures-list" }, facts.filter(Boolean)),
    check ? check.warnings.map((warning) => el("p", { class: "caveat" }, warning)) : null,
    check ? check.tests.map((test) => el("div", { class: "test" }, el("p", {}, "✗ ", el("code", {}, test.name), ` ${test.outcome}`), textBlock(test.message, "pytest's account"))) : null,
    check && check.output ? [el("h3", {}, "What the tests printed"), textBlock(check.output, "output")] : null
  );
};
