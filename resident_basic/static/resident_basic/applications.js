// The item picker of a 利用申請: search over the labels, and how many are chosen.
(() => {
  "use strict";
  const form = document.querySelector("[data-application]");
  if (!form) return;
  const search = form.querySelector("[data-item-search]");
  const count = form.querySelector("[data-item-count]");
  const rows = [...form.querySelectorAll("[data-item]")];
  const groups = [...form.querySelectorAll("details")];
  const openAtFirst = new Map(groups.map((group) => [group, group.open]));

  const say = () => {
    count.textContent = String(rows.filter((row) => row.querySelector("[type=checkbox]").checked).length);
  };
  search.addEventListener("input", () => {
    const term = search.value.normalize("NFKC").trim();
    rows.forEach((row) => {
      row.hidden = Boolean(term) && !row.dataset.item.normalize("NFKC").includes(term);
    });
    groups.forEach((group) => {
      const found = [...group.querySelectorAll("[data-item]")].some((row) => !row.hidden);
      group.hidden = !found;
      group.open = term ? found : openAtFirst.get(group);
    });
  });
  // Enter in the search box looks for items; it must not send the form.
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("change", say);
  say();
})();
