// Files that are dropped: the whole window takes them, so that nobody has to aim and a miss does not leave the page.

/** While `zone` can be seen, files that are dropped anywhere go to `take(files)`. */
export function takeDrops(zone, take) {
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, change);
    zone.classList.toggle("kk-over", depth > 0);
  };
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const isFor = (event) => holdsFiles(event) && zone.checkVisibility();
  addEventListener("dragenter", (event) => isFor(event) && show(depth + 1));
  addEventListener("dragleave", (event) => isFor(event) && show(depth - 1));
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    show(0);
    if (isFor(event)) take(event.dataTransfer.files);
  });
}
