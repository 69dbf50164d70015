// Tries `pbx editor` with the Cucumber language server: make editor
//
// node check.js SERVER PBX: the server's command, and ours.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { fileURLToPath, pathToFileURL } = require('node:url');

const { Editor } = require('./client.js');

const [server, pbx] = process.argv.slice(2).map((name) => path.resolve(name));
const ROOT = path.resolve(__dirname, '../../..');
const KEYWORD = /^\s*(Given|When|Then|And|But|\*|Дано|Когда|Тогда|И|Но|А) /;

let project; // a project as users have it, with our features in it
let editor;
let count = 0; // of opened documents

before(async () => {
  project = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pbx-editor-')));
  fs.cpSync(path.join(ROOT, 'features'), path.join(project, 'features'), { recursive: true });
  fs.mkdirSync(path.join(project, 'steps'));
  fs.writeFileSync(path.join(project, 'steps/own.py'), ownStepOfTheGuide());
  execFileSync(pbx, ['editor'], { cwd: project });
  editor = new Editor([server, '--stdio'], project, { cucumber: settings() });
  await editor.start();
}, { timeout: 60_000 });

after(async () => {
  await editor.stop();
  fs.rmSync(project, { recursive: true });
});

function ownStepOfTheGuide() {
  const guide = fs.readFileSync(path.join(ROOT, 'docs/gherkin.md'), 'utf8');
  return /```python\n(from pytest_bdd[^]*?)```/.exec(guide)[1];
}

function settings() {
  const all = JSON.parse(fs.readFileSync(path.join(project, '.vscode/settings.json'), 'utf8'));
  const names = Object.keys(all).filter((name) => name.startsWith('cucumber.'));
  return Object.fromEntries(names.map((name) => [name.slice('cucumber.'.length), all[name]]));
}

function features() {
  const folder = path.join(project, 'features');
  const names = fs.readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.feature')).map((name) => path.join(folder, name));
}

/** Give the lines of a feature that are steps, by number; texts below steps hold none. */
function stepLines(text) {
  let within = false;
  const lines = text.split('\n').map((line, number) => {
    if (line.trim().startsWith('"""')) within = !within;
    return { line, number, isStep: !within && KEYWORD.test(line) };
  });
  return lines.filter(({ isStep }) => isStep);
}

/** Open a feature and do something with it. */
async function opened(text, look) {
  // A name of its own: now and then the server reports again what it thought of another text.
  count += 1;
  const uri = pathToFileURL(path.join(project, `tried-${count}.feature`)).href;
  const diagnostics = await editor.open(uri, text);
  try {
    return await look({ textDocument: { uri }, diagnostics });
  } finally {
    editor.close(uri);
  }
}

/** Open a scenario of these steps and do something with it. */
function steps(lines, look) {
  const head = lines.some((line) => /[а-яё]/i.test(line))
    ? ['# language: ru', 'Функционал: А', '  Сценарий: Б']
    : ['# language: en', 'Feature: A', '  Scenario: B'];
  return opened([...head, ...lines.map((line) => `    ${line}`), ''].join('\n'), look);
}

const messages = (diagnostics) => diagnostics.map(({ message }) => message);

async function definitions(textDocument, line) {
  const position = { line, character: 12 };
  const links = await editor.ask('textDocument/definition', { textDocument, position });
  return links.map(({ targetUri, targetSelectionRange: { start, end } }) => {
    const file = fileURLToPath(targetUri);
    const written = fs.readFileSync(file, 'utf8').split('\n')[start.line];
    const sentence = written.slice(start.character + 1, end.character - 1);
    return `${path.relative(project, file)}: ${sentence}`;
  });
}

async function completions(line) {
  return steps([line], async ({ textDocument }) => {
    const position = { line: 3, character: 4 + line.length };
    const items = await editor.ask('textDocument/completion', { textDocument, position });
    return new Map(items.map(({ label, textEdit }) => [label, textEdit.newText]));
  });
}

test('the server complains of nothing', () => assert.deepEqual(editor.complaints, []));

// -- undefined steps ------------------------------------------------------------------------

test('no step of our features is undefined', async (t) => {
  assert.ok(features().length > 10);
  let seen = 0;
  for (const file of features()) {
    const text = fs.readFileSync(file, 'utf8');
    await opened(text, ({ diagnostics }) => assert.deepEqual(messages(diagnostics), [], file));
    seen += stepLines(text).length;
  }
  t.diagnostic(`${features().length} features, ${seen} steps`);
});

test('every one of them is undefined with a letter too many', async () => {
  for (const file of features()) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const numbers = stepLines(lines.join('\n')).map(({ number }) => number);
    for (const number of numbers) lines[number] += '!';
    await opened(lines.join('\n'), ({ diagnostics }) => {
      assert.deepEqual(diagnostics.map(({ range }) => range.start.line), numbers, file);
    });
  }
});

test('a misspelt step is undefined, and only that', async () => {
  const english = [
    'When the courier calls',
    'And the caller entres the order',
    'Then the caller talks to the custumer',
  ];
  await steps(english, ({ diagnostics }) => {
    assert.deepEqual(messages(diagnostics), [
      'Undefined step: the caller entres the order',
      'Undefined step: the caller talks to the custumer',
    ]);
  });
  const russian = [
    'Когда курер звонит',
    'И звонящий набирает номер заказа',
    'Тогда во втором звонке звонящий разговаривает с клентом',
  ];
  await steps(russian, ({ diagnostics }) => {
    assert.deepEqual(messages(diagnostics), [
      'Undefined step: курер звонит',
      'Undefined step: во втором звонке звонящий разговаривает с клентом',
    ]);
  });
});

test('a step of an outline is undefined if none of its examples makes a step', async () => {
  const scenario = (...rows) => [
    'Feature: A',
    '  Scenario Outline: B',
    '    Given the endpoint <failure>',
    '    Examples:',
    ...['failure', ...rows].map((cell) => `      | ${cell} |`),
  ].join('\n');
  const marked = async (text) => opened(text, ({ diagnostics }) => messages(diagnostics));
  assert.deepEqual(await marked(scenario('is down', 'never answers')), []);
  assert.deepEqual(await marked(scenario('is up')), ['Undefined step: the endpoint <failure>']);
});

test('Given and When stand in for each other', async () => {
  await steps(['When the endpoint is down', 'Given the courier calls'], ({ diagnostics }) => assert.deepEqual(messages(diagnostics), []));
});

// -- definitions ----------------------------------------------------------------------------

const OURS = '.vscode/pbx_steps.py';
const DEFINED = {
  'When the courier calls': '{who} calls',
  'When "79161110001" calls again': '{who} calls again',
  'Given the PBX scenario "courier-line"': 'the PBX scenario {text}',
  'Given the endpoint takes 2.5 seconds on the first call':
    'the endpoint takes {duration} on the {nth} call',
  'Then on the second call the caller talks to the customer':
    '{on the second call the caller talks to <who>}',
  "Then on the third call, nobody's phone rings": "{on the second call nobody's phone rings}",
  'Когда посторонний звонит': '{кто} звонит',
  'Тогда звонящий слышит «Здравствуйте»': 'звонящий слышит {текст}',
  'Тогда во втором звонке звонящий разговаривает с клиентом':
    '{во втором звонке звонящий разговаривает с <кем>}',
};

for (const [step, sentence] of Object.entries(DEFINED)) {
  test(`the definition is found of: ${step}`, async () => {
    const found = await steps([step], ({ textDocument }) => definitions(textDocument, 3));
    assert.deepEqual(found, [`${OURS}: ${sentence}`]);
  });
}

test('a table below a step, or a text, is in nobody’s way', async () => {
  const table = ['Given these orders:', '  | order | courier | customer |'];
  const lines = [...table, 'And the endpoint answers:', '"""', '{}', '"""'];
  const found = await steps(lines, async ({ textDocument, diagnostics }) => {
    assert.deepEqual(messages(diagnostics), []);
    return [...(await definitions(textDocument, 3)), ...(await definitions(textDocument, 5))];
  });
  assert.deepEqual(found, [`${OURS}: these orders:`, `${OURS}: the endpoint answers:`]);
});

test('every step of our features has one definition, unless it waits for examples', async (t) => {
  let seen = 0;
  for (const file of features()) {
    const text = fs.readFileSync(file, 'utf8');
    await opened(text, async ({ textDocument }) => {
      for (const { line, number } of stepLines(text)) {
        if (/<.+>/.test(line)) continue;
        const found = await definitions(textDocument, number);
        assert.equal(found.length, 1, `${file}: ${line}: ${found}`);
        assert.ok(found[0].startsWith(`${OURS}: `));
        seen += 1;
      }
    });
  }
  t.diagnostic(`${seen} definitions`);
});

test('a step of the project’s own is found too', async () => {
  const step = 'Then the customer talks for 17 seconds';
  const found = await steps([step], ({ textDocument, diagnostics }) => {
    assert.deepEqual(messages(diagnostics), []);
    return definitions(textDocument, 3);
  });
  assert.deepEqual(found, ['steps/own.py: the customer talks for {seconds:d} seconds']);
});

// -- completion -----------------------------------------------------------------------------

const OFFERED = [
  ['When the courier ca', '{who} calls', /^\$\{1\|.*the courier.*\|\} calls$/],
  ['When the caller ent', 'the caller enters {order}', /^the caller enters \$\{1\|.*the order/],
  ['Then the caller tal', 'the caller talks to {who}', /^the caller talks to \$\{1\|.*customer/],
  ['Given the endpoint is', 'the endpoint {failure}', /^the endpoint \$\{1\|.*is down/],
  ['Когда посторонний зв', '{кто} звонит', /^\$\{1\|.*посторонний.*\|\} звонит$/],
  ['Когда звонящий набирает ном', 'звонящий набирает {номер заказа}', /\$\{1\|.*номер заказа/],
  ['Тогда звонящий разг', 'звонящий разговаривает с {кем}', /^звонящий разг.*\$\{1\|.*клиентом/],
  ['И запасной', 'запасной путь не нужен', /^запасной путь не нужен$/],
];

for (const [typed, label, inserted] of OFFERED) {
  test(`typing “${typed}” is offered: ${label}`, async () => {
    const items = await completions(typed);
    assert.ok(items.has(label), [...items.keys()].join('\n'));
    assert.match(items.get(label), inserted);
  });
}

test('an outcome is offered once, and not about the second call', async () => {
  const labels = [...(await completions('Then the caller talks to')).keys()];
  assert.deepEqual(labels.filter((label) => label.includes('call ')), []);
  assert.equal(labels.filter((label) => label.startsWith('the caller talks to {who}')).length, 1);
});
