"use strict";
// Adds empty rows to a sheet, and opens what holds the place that a link leads to.
(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const button = sheet.querySelector("[data-add-row]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = sheet.querySelectorAll("tbody[data-row]");
    const last = rows[rows.length - 1];
    const index = Number(last.dataset.row);
    const added = last.cloneNode(true);
    added.dataset.row = String(index + 1);
    for (const field of added.querySelectorAll("[name], [aria-label]")) {
      for (const attribute of ["name", "id"]) {
        const value = field.getAttribute(attribute);
        if (value) field.setAttribute(attribute, value.replace(`rows-${index}-`, `rows-${index + 1}-`));
      }
      const label = field.getAttribute("aria-label");
      if (label) field.setAttribute("aria-label", label.replace(/^\d+/, String(index + 2)));
      if (field.type === "checkbox") field.checked = false;
      else field.value = field.classList.contains("sb-order") ? String(index + 2) : "";
    }
    last.after(added);
    added.querySelectorAll("input")[1].focus();
  });
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus();
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
