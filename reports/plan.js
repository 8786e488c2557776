const box = document.getElementById("filter");
const groups = [...document.querySelectorAll("details[data-group]")].map((group) => ({
  group,
  wasOpen: group.open,
  rows: [...group.querySelectorAll("tbody tr")],
  count: group.querySelector("[data-count]"),
  heading: group.querySelector("summary").textContent.toLowerCase(),
}));
const found = document.getElementById("found");
let waiting = 0;
function narrow() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let total = 0;
  for (const one of groups) {
    let shown = 0;
    for (const row of one.rows) {
      const text = words.length ? row.textContent.toLowerCase() + " " + one.heading : "";
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    one.group.hidden = shown === 0;
    one.group.open = words.length ? shown > 0 && shown <= 200 : one.wasOpen;
    one.count.textContent = (words.length ? shown.toLocaleString("en") + " of " : "") + one.rows.length.toLocaleString("en");
    total += shown;
  }
  for (const part of document.querySelectorAll("section[data-part]")) {
    part.hidden = words.length > 0 && !part.querySelector("details[data-group]:not([hidden])");
  }
  found.textContent = words.length ? total.toLocaleString("en") + " rows" : "";
}
box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(narrow, 120); });
document.getElementById("unfold").addEventListener("click", () => { for (const one of groups) one.group.open = true; });
document.getElementById("fold").addEventListener("click", () => { for (const one of groups) one.group.open = false; });
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => { for (const one of groups) one.group.open = true; });
reveal();
