// What can wait: one step after the other, each when nothing else is to do, so that a finger is answered in between.
function phusongLater() {
  "use strict";
  const AT_MOST_MS = 1000;
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 30));
  const steps = [];

  function work() {
    const unfinished = steps[0]();
    if (!unfinished) steps.shift();
    if (steps.length) idle(work, { timeout: AT_MOST_MS });
  }

  // A step that gives true has more to do, and is done again.
  return function (step) {
    if (steps.push(step) === 1) idle(work, { timeout: AT_MOST_MS });
  };
}
