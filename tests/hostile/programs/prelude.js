// Put in front of every program: a way to try something and say how it went.
const fs = require('fs');

function check(name, ok, seen = '') {
  fs.writeSync(1, `${ok ? 'ok  ' : 'BAD '} ${name} ${seen}\n`);
}

// The action must throw with one of these codes (any, when none is given).
function refused(name, action, ...codes) {
  try {
    const result = action();
    check(name, false, `worked: ${String(result).slice(0, 100)}`);
  } catch (problem) {
    check(name, codes.length === 0 || codes.includes(problem.code), problem.code);
  }
}

