"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const given = new URLSearchParams(location.search);
  const cases = all("details.case");
  const texts = new Map(cases.map((one) => [one, one.textContent.toLowerCase()]));
  const search = find("#search"), family = find("#family"), unfold = find("#unfold");
  const buttons = all("[data-verdict]", find(".filters"));

  if (["light", "dark"].includes(given.get("theme"))) {
    document.documentElement.dataset.theme = given.get("theme");
  }
  find("#tools").hidden = find("#keys").hidden = false;

  // -- finding ----------------------------------------------------------------
  const pressed = () => buttons.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.verdict);
  const shown = () => cases.filter((one) => !one.hidden);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), verdicts = pressed();
    for (const one of cases) {
      one.hidden = !(
        words.every((word) => texts.get(one).includes(word)) &&
        (!verdicts.length || verdicts.includes(one.dataset.verdict)) &&
        (!family.value || one.closest(".family").dataset.family === family.value)
      );
    }
    for (const section of all(".family")) section.hidden = !find("details.case:not([hidden])", section);
    const count = shown().length;
    const some = count === cases.length ? count : `${count} of ${cases.length}`;
    find("#shown").textContent = `${some} ${cases.length === 1 ? "case" : "cases"}`;
    find("#nothing").hidden = count > 0;
    remember(verdicts);
  }

  function remember(verdicts) {
    const query = new URLSearchParams();
    if (given.get("theme")) query.set("theme", given.get("theme"));
    if (search.value) query.set("q", search.value);
    if (verdicts.length) query.set("verdict", verdicts.join(","));
    if (family.value) query.set("family", family.value);
    const text = query.toString();
    try {
      history.replaceState(null, "", location.pathname + (text ? `?${text}` : "") + location.hash);
    } catch { /* some browsers forbid it for files; the page works without */ }
  }

  search.value = given.get("q") ?? "";
  family.value = given.get("family") ?? "";
  if (family.selectedIndex < 0) family.value = "";
  const wanted = (given.get("verdict") ?? "").split(",");
  for (const one of buttons) {
    one.ariaPressed = String(wanted.includes(one.dataset.verdict));
    one.addEventListener("click", () => { one.ariaPressed = String(one.ariaPressed !== "true"); filter(); });
  }
  search.addEventListener("input", filter);
  family.addEventListener("change", filter);
  filter();

  // -- opening ----------------------------------------------------------------
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    const one = id && document.getElementById(id)?.closest("details.case");
    if (!one) return;
    if (one.hidden) {
      search.value = family.value = "";
      for (const button of buttons) button.ariaPressed = "false";
      filter();
    }
    one.open = true;
    const summary = find("summary", one);
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "start" });
  }
  addEventListener("hashchange", follow);
  // Not before: the browser's own jump to the place would take the focus away again.
  addEventListener("load", follow);

  unfold.addEventListener("click", () => {
    const open = unfold.textContent === "Open all";
    for (const one of shown()) one.open = open;
    unfold.textContent = open ? "Close all" : "Open all";
  });

  // What is open is printed, and the evidence of each cause; besides that, why cases were left out.
  const closed = [];
  const always = "details.case[data-lead], #untested ~ details.plain";
  addEventListener("beforeprint", () => {
    for (const one of all(always)) {
      if (!one.open && !one.hidden) { closed.push(one); one.open = true; }
    }
  });
  addEventListener("afterprint", () => { for (const one of closed.splice(0)) one.open = false; });

  // -- keys -------------------------------------------------------------------
  function step(by) {
    const summaries = shown().map((one) => find("summary", one));
    const here = summaries.indexOf(document.activeElement?.closest("details.case")?.firstElementChild);
    const next = summaries[here < 0 ? (by > 0 ? 0 : summaries.length - 1) : here + by];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && event.target === search) {
      search.value = ""; filter(); search.blur();
    } else if (typing) {
      if (event.key === "Enter" && event.target === search) step(1);
    } else if (event.key === "/") {
      event.preventDefault(); search.focus(); search.select();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    } else if (/^Arrow(Up|Down)$/.test(event.key) && event.target.closest("details.case > summary")) {
      event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1);
    }
  });

  // -- copying ----------------------------------------------------------------
  async function copy(text, from) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(from);
      document.execCommand("copy");
    }
  }
  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = find("code", button.parentElement);
      await copy(code.textContent, code);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
})();
