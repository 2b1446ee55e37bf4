// What the pages do beyond links and forms. Everything works without it; it only saves steps.
"use strict";

// A video jumps to where its contact sheet or waveform was touched.
document.addEventListener("click", (event) => {
  const strip = event.target.closest("[data-seek]");
  if (!strip) return;
  const video = document.getElementById(strip.dataset.seek);
  if (!video || !Number.isFinite(video.duration)) return;
  const box = strip.getBoundingClientRect();
  video.currentTime = ((event.clientX - box.left) / box.width) * video.duration;
});

// "/" goes to the search, as in many programs; never while somebody writes.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("words");
  if (event.key !== "/" || !search || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  event.preventDefault();
  search.focus();
});

// What was sent once is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // A download may be asked for again.
  if (form.method !== "post" || form.dataset.again) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A list whose lines can be drawn to their place; the numbers follow. Without a mouse the numbers are typed.
const renumber = (list) => {
  list.querySelectorAll("input[name=position]").forEach((input, index) => { input.value = index + 1; });
};
document.addEventListener("dragstart", (event) => {
  const line = event.target.closest("[data-sortable] > li");
  if (!line) return;
  line.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const list = event.target.closest("[data-sortable]");
  const dragged = list && list.querySelector(".dragged");
  if (!dragged) return;
  event.preventDefault();
  const after = [...list.children].find((line) => {
    const box = line.getBoundingClientRect();
    return line !== dragged && event.clientY < box.top + box.height / 2;
  });
  list.insertBefore(dragged, after || null);
});
document.addEventListener("dragend", (event) => {
  const line = event.target.closest("[data-sortable] > li");
  if (!line) return;
  line.classList.remove("dragged");
  renumber(line.parentElement);
});
