<?php
// The courier line for `php -S`, correct unless BUGS names what is wrong with it:
//
//   phones   the phones of an order are one string
//   numa     a call without numa is a server error
//   courier  a courier who is a customer, too, is led to the shop
//   late     wrong orders are answered after LATE_S seconds
//
// What it remembers of calls is kept in files below STORE.
declare(strict_types=1);

const COURIERS = ['79161110001', '79161110002', '79161110003', '79161110004'];
const TWO_ROLES = '79161110004';
const ORDERS = [
    '10523' => ['79161110001', '79175968108'],
    '10524' => ['79161110001', '79175968109'],
    '00042' => ['79161110001', '79175968110'],
    '10777' => ['79161110002', '79262220002'],
    '10601' => ['79161110003', '79262220003'],
    '10701' => ['79161110004', '79262220004'],
    '10702' => ['79161110002', '79161110004'],
];
const MOST_GUESSES = 3;

function has_bug(string $name): bool
{
    return in_array($name, explode(',', (string) getenv('BUGS')), true);
}

/** Read the parameters, wherever they are; whatever is no text was not sent. */
function parameters(): array
{
    $sent = $_GET + $_POST;
    if (str_contains($_SERVER['HTTP_CONTENT_TYPE'] ?? '', 'json')) {
        $body = json_decode((string) file_get_contents('php://input'), true);
        $sent += is_array($body) ? $body : [];
    }
    return array_filter($sent, 'is_string');
}

/** Decide about a step of a call; the number of wrong orders of the call is counted. */
function decide(string $caller, string $digits, int &$wrong): array
{
    if (!in_array($caller, COURIERS, true) || ($caller === TWO_ROLES && has_bug('courier'))) {
        return ['returned_code' => 2];
    }
    if ($digits === '' || $digits === 'None') {
        return ['returned_code' => 1];
    }
    if ($wrong >= MOST_GUESSES) {
        return ['returned_code' => 4];
    }
    [$courier, $customer] = ORDERS[$digits] ?? ['', ''];
    if ($courier === $caller) {
        return ['phones' => has_bug('phones') ? $customer : [$customer]];
    }
    $wrong += 1;
    return ['returned_code' => $wrong >= MOST_GUESSES ? 4 : 3];
}

/** Decide once about each step of a call: a repeated request is the same step. */
function instruct(string $session, string $caller, string $digits): array
{
    $wrong = 0;
    if ($session === '') {
        return decide($caller, $digits, $wrong);
    }
    $file = fopen(getenv('STORE') . '/' . md5("$session|$caller"), 'c+');
    flock($file, LOCK_EX);
    $call = unserialize((string) stream_get_contents($file)) ?: ['told' => [], 'wrong' => 0];
    $call['told'][" $digits"] ??= decide($caller, $digits, $call['wrong']);
    rewind($file);
    fwrite($file, serialize($call));
    fclose($file);
    return $call['told'][" $digits"];
}

function respond(): void
{
    if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/crm_integration') {
        http_response_code(404);
        return;
    }
    header('Allow: GET, HEAD, POST, OPTIONS');
    if (!in_array($_SERVER['REQUEST_METHOD'], ['GET', 'HEAD', 'POST', 'OPTIONS'], true)) {
        http_response_code(405);
        return;
    }
    header('Content-Type: application/json');
    if (!in_array($_SERVER['REQUEST_METHOD'], ['GET', 'POST'], true)) {
        return;
    }
    $sent = parameters();
    // ltrim() takes no null: that is a TypeError, which nobody catches.
    $caller = ltrim(has_bug('numa') ? ($sent['numa'] ?? null) : ($sent['numa'] ?? ''), '+ ');
    $session = $sent['cdr_id'] ?? $sent['call_session_id'] ?? '';
    $said = instruct($session, $caller, trim($sent['input_result'] ?? ''));
    if (has_bug('late') && in_array($said['returned_code'] ?? 0, [3, 4], true)) {
        usleep((int) (1e6 * (float) getenv('LATE_S')));
    }
    echo json_encode($said);
}

respond();
