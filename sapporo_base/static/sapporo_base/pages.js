// The staff's pages: palette, hidden numbers, dates said back, rows by keyboard. Works without any other host.
(() => {
  "use strict";

  // The theme searches with "/" from anywhere; here "/" opens the palette, unless it is switched off.
  const slashKey = "sapporo.slash-off";
  const palette = document.getElementById("sb-palette");

  const openPalette = () => {
    if (!palette || palette.open) return;
    palette.showModal();
    palette.querySelector("input[type=search]").focus();
  };

  if (palette) {
    const term = palette.querySelector("input[type=search]");
    const results = document.getElementById("sb-palette-results");
    const off = palette.querySelector("[data-slash-off]");
    let waiting = 0;

    off.checked = localStorage.getItem(slashKey) === "1";
    off.addEventListener("change", () => localStorage.setItem(slashKey, off.checked ? "1" : "0"));
    palette.querySelector("[data-close-palette]").addEventListener("click", () => palette.close());
    document.querySelectorAll("[data-open-palette]").forEach((button) => {
      button.addEventListener("click", openPalette);
    });

    const search = async () => {
      if (!term.value.trim()) {
        results.replaceChildren();
        return;
      }
      const answer = await fetch(`${term.dataset.search}?s=${encodeURIComponent(term.value)}`, {
        credentials: "same-origin",
      });
      if (answer.ok) results.innerHTML = await answer.text();
    };
    term.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 200);
    });
    palette.addEventListener("keydown", async (event) => {
      const links = [...results.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && links.length) {
        event.preventDefault();
        links[Math.min(at + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && links.length) {
        event.preventDefault();
        (at > 0 ? links[at - 1] : term).focus();
      } else if (event.key === "Enter" && document.activeElement === term) {
        event.preventDefault();
        clearTimeout(waiting);
        await search();
        results.querySelector("a")?.click();
      }
    });
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const inField = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
      const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
      const chord = event.key === "k" && (event.ctrlKey || event.metaKey);
      if (chord || (slash && !inField && localStorage.getItem(slashKey) !== "1")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        openPalette();
      }
    },
    true,
  );

  // Rows as cards on a narrow page: the theme takes any first column for the one that selects rows.
  document.querySelectorAll("#result_list tbody td:first-child[data-label]").forEach((cell) => {
    const heading = cell.closest("table").querySelector("thead th");
    if (heading && !cell.querySelector("input")) cell.dataset.label = heading.innerText.trim();
  });

  // A 個人番号 hides itself again.
  document.querySelectorAll("[data-hide-after]").forEach((block) => {
    const counter = block.querySelector("[data-countdown]");
    let left = Number(block.dataset.hideAfter);
    const hide = () => {
      block.querySelector("[data-number]")?.remove();
      location.replace(block.dataset.back);
    };
    setInterval(() => {
      left -= 1;
      counter.textContent = String(Math.max(left, 0));
      if (left <= 0) hide();
    }, 1000);
    window.addEventListener("pagehide", () => block.querySelector("[data-number]")?.remove());
  });

  // Dates: what was typed is said back in the other calendar.
  const eras = [
    ["令和", "r", 2018], ["平成", "h", 1988], ["昭和", "s", 1925], ["大正", "t", 1911], ["明治", "m", 1867],
  ];
  const understood = (typed) => {
    const text = typed.normalize("NFKC").replace(/\s|\(.\)$/g, "").replace(/元年/, "1年");
    let found = text.match(/^(\d{4})[./年-](\d{1,2})[./月-](\d{1,2})日?$/) || text.match(/^(\d{4})(\d{2})(\d{2})$/);
    if (found) return [Number(found[1]), Number(found[2]), Number(found[3])];
    found = text.match(/^(令和?|平成?|昭和?|大正?|明治?|[rhstm])(\d{1,2})[./年-](\d{1,2})[./月-](\d{1,2})日?$/i);
    const era = found && eras.find(([name, letter]) => name[0] === found[1][0] || letter === found[1].toLowerCase());
    return era ? [era[2] + Number(found[2]), Number(found[3]), Number(found[4])] : null;
  };
  document.querySelectorAll("[data-wareki-for]").forEach((place) => {
    const box = document.getElementById(place.dataset.warekiFor);
    if (!box) return;
    const say = () => {
      const day = understood(box.value.trim());
      const date = day && new Date(Date.UTC(day[0], day[1] - 1, day[2]));
      if (!date || date.getUTCDate() !== day[2]) {
        place.textContent = box.value.trim() ? "日付として読み取れません" : "";
        return;
      }
      const weekday = "日月火水木金土"[date.getUTCDay()];
      place.textContent = `西暦${day[0]}年${day[1]}月${day[2]}日(${weekday})`;
    };
    box.addEventListener("input", say);
    say();
  });

  // The first error of a form gets the focus, so that a keyboard or a screen reader is there at once.
  document.querySelector(".sb-errors[tabindex]")?.focus();

  // How far long work is: told again every few seconds; when it is over the page shows how it ended.
  document.querySelectorAll("[data-follow]").forEach((words) => {
    const ask = async () => {
      let answer;
      try {
        answer = await fetch(words.dataset.follow, { credentials: "same-origin" });
      } catch {
        setTimeout(ask, 10000);
        return;
      }
      if (answer.status === 204) {
        location.reload();
        return;
      }
      if (!answer.ok) return;
      words.textContent = await answer.text();
      setTimeout(ask, 3000);
    };
    setTimeout(ask, 2000);
  });
})();
