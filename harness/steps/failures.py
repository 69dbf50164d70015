"""What may go wrong with the endpoint, in the words of a shop owner."""

from collections.abc import Mapping

from harness.steps.words import Word, word

DOING = (
    word("tcp.refused", "is down", "не запущена"),
    word("time.silence", "never answers", "не отвечает"),
    word("tcp.connect_timeout", "cannot be reached in time", "недостижима"),
    word("tcp.reset", "breaks the connection off", "обрывает соединение"),
    word("tcp.reset_mid_body", "breaks off in the middle of its answer", "обрывает ответ"),
    word("tcp.eof_empty", "hangs up without a word", "закрывает соединение без ответа"),
    word("tcp.eof_mid_body", "stops in the middle of its answer", "замолкает посреди ответа"),
    word("http.framing", "answers in gibberish", "отвечает бессмыслицей"),
    word("http.redirect", "sends the PBX elsewhere", "отправляет АТС по другому адресу"),
    word("http.content_type", "answers with a picture", "отвечает картинкой"),
    word("http.not_gzip", "answers with what cannot be unpacked", "отвечает битым архивом"),
    word("http.oversize", "answers with ten megabytes", "отвечает десятью мегабайтами"),
    word("json.empty", "answers with nothing", "отвечает пустотой"),
    word("json.truncated", "answers with half an answer", "отвечает половиной ответа"),
    word("json.trailing", "adds words after its answer", "дописывает слова после ответа"),
    word("json.bom", "puts a byte order mark first", "ставит метку порядка байтов"),
    word("json.windows_1251", "answers in windows-1251", "отвечает в windows-1251"),
    word("json.utf_16", "answers in UTF-16", "отвечает в UTF-16"),
    word("json.nan", "answers with a code that is not a number", "отвечает кодом NaN"),
    word("json.duplicate_key", "gives two codes under one name", "даёт два кода под одним именем"),
    word("json.string", "wraps its answer into a text", "заворачивает ответ в строку"),
    word("json.array", "wraps its answer into a list", "заворачивает ответ в список"),
    word("json.null", "answers null", "отвечает null"),
    word("json.html", "answers with a web page", "отвечает веб-страницей"),
    word("json.warning_before", "prints a warning before its answer", "печатает предупреждение"),
    word("json.depth", "answers with a bottomless list", "отвечает бездонным списком"),
)

HAVING = (
    word("dns.unknown", "has no address", "нет адреса"),
    word("tls.expired", "has an expired certificate", "просроченный сертификат"),
    word("tls.wrong_host", "has a certificate of another host", "чужой сертификат"),
    word("tls.self_signed", "has a certificate of its own making", "самодельный сертификат"),
)
"""What the endpoint has or lacks: «у системы …»."""

FAILURES = (*DOING, *HAVING)
"""By the ids of `mockpbx.faults.plan`."""

OBSERVED = (
    word("refused", "nobody listens there", "там никто не слушает"),
    word("dns", "there is no address", "нет адреса"),
    word("connect_timeout", "no connection came about", "соединения нет"),
    word("tls", "the certificate is not to be trusted", "сертификату нельзя верить"),
    word("reset", "the connection broke off", "соединение оборвалось"),
    word("eof_empty", "nothing came back", "ничего не пришло"),
    word("eof_partial", "the answer stopped in the middle", "ответ пришёл не весь"),
    word("deadline", "the answer took too long", "ответ шёл слишком долго"),
    word("http_status", "the endpoint reported an error", "система сообщила об ошибке"),
    word("redirect", "the endpoint is elsewhere", "система в другом месте"),
    word("framing", "the answer is gibberish", "ответ бессмыслен"),
    word("content_type", "the answer is no text", "ответ не текст"),
    word("content_encoding", "the answer cannot be unpacked", "ответ не распаковать"),
    word("charset", "the letters cannot be read", "буквы не прочесть"),
    word("json_syntax", "the answer cannot be read", "ответ не прочесть"),
    word("json_not_strict", "the answer can be read in two ways", "ответ читается двояко"),
    word("json_shape", "the answer has the wrong shape", "ответ не той формы"),
    word("instruction_invalid", "the answer tells nothing to do", "в ответе нет указания"),
    word("oversize", "the answer is too large", "ответ слишком велик"),
)
"""By the values of `mockpbx.core.observed.Observed`."""

ERROR_TABLES: Mapping[str, tuple[Word, ...]] = {"failure": FAILURES, "reason": OBSERVED}
