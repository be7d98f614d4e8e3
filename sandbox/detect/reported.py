"""How programs report that a service is busy, failing or gone: patterns, each for the beginning of a line."""

from __future__ import annotations

import re
from functools import cache

BUSY = r"(?:408|425|429|50[0-9]|51[01]|52[0-7]|529|530|598|599)"
PHRASE = (
    r"(?:Internal Server Error|Not Implemented|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out"
    r"|Too Many Requests|Request Time-?out|Server Error|Web Server Is Down|Origin Is Unreachable)"
)
DROPPED = (
    r"(?:Connection (?:refused|reset(?: by peer)?|aborted|timed out|closed by remote host|closed unexpectedly)"
    r"|(?:Operation|Request|Read|Connect) timed out|timed out|i/o timeout|context deadline exceeded|Broken pipe"
    r"|Temporary failure in name resolution|Remote end closed connection without response|Empty reply from server"
    r"|Server disconnected(?: without sending a response)?|EOF occurred in violation of protocol"
    r"|server closed the connection unexpectedly|Lost connection to [\w ]{1,20}server|server has gone away"
    r"|socket hang up|No route to host|Network is unreachable|Host is unreachable|other side closed"
    r"|Connection (?:was |has been |is )?(?:lost|terminated|closed|already closed)|TLS handshake timeout"
    r"|Name or service not known|Could not resolve host(?:name)?(?:: \S+)?|no such host)(?: \(os error \d+\))?"
)
# What is no prose: wherever it stands in a line that reports an error, it says so.
_SURELY = (
    rf"(?:returned error: {BUSY}\b|\bHTTP(?:/\d(?:\.\d)?)?(?: Error| status| code)*:? {BUSY}\b"
    rf"|\b{BUSY} (?:Server|Client) Error\b|\bstatus(?: ?code)?\b[^.\n]{{0,40}}?[ :=(]{BUSY}\b"
    rf"|\b(?:Server|Client) error '?\(?{BUSY}\b|: {BUSY},? (?:message=|{PHRASE})|[\[( '\"]{BUSY} +{PHRASE}\b"
    rf"|\bError code: {BUSY}\b|\b(?:Could not|Couldn't|Unable to|Temporary failure) resolv|\bMax retries exceeded"
    r"|\bFailed to connect to|\bTLS handshake timeout|\bnet/http: request canceled|\bClient\.Timeout exceeded"
    r"|\bgetaddrinfo (?:ENOTFOUND|EAI_AGAIN)|\bE(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|AI_AGAIN)\b"
    r"|\b(?:the remote end hung up unexpectedly|unexpected disconnect|early EOF|Recv failure|SSL_ERROR_SYSCALL)"
    r"|\bserver closed the connection|\bthe database system is (?:starting|shutting)|\btoo many (?:connections|clients)"
    r"|\btoomanyrequests\b|\bspurious network error|\bTimeout was reached)"
)
CODES = (
    r"(?:UNAVAILABLE|DEADLINE_?EXCEEDED|RESOURCE_?EXHAUSTED|RATE_?LIMIT\w*|TOO_?MANY_?REQUESTS\w*|\w*THROTTL\w*"
    r"|SERVICE_?UNAVAILABLE\w*|SERVER_?BUSY|BUSY|OVERLOADED\w*|(?:GATEWAY_|REQUEST_|READ_"
    r"|CONNECT_)?TIME_?D?_?OUT(?:_ERROR)?"
    r"|SLOW_?DOWN|BAD_?GATEWAY|INTERNAL_?(?:SERVER_?)?(?:ERROR|FAILURE)\w*|REQUEST_?LIMIT_?EXCEEDED"
    r"|PROVISIONED_?THROUGHPUT_?EXCEEDED\w*|E(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND))"
)
_RPC = r"(?:Unavailable|Deadline_?Exceeded|Resource_?Exhausted|Internal|Unknown)"
# Errors of Python that code raises for reasons of its own, whatever they say.
_RAISED = (
    r"(?:[A-Za-z_$]\w*[.$])*(?!(?:Assertion|Value|Type|Key|Index|Attribute|Name|Syntax|Import|Lookup|NotImplemented"
    r"|Recursion|Unicode\w*|ModuleNotFound|ZeroDivision|FileNotFound)Error)[A-Z]\w*(?:Error|Exception|Failure)"
)
# A test tells what it wanted.
_NO_TEST = r"(?!.{0,300}(?:::|\bexpected\b|\bassert|[!=]=))"
_NETWORKED = (
    r"(?:git|wget|curl|ssh|scp|rsync|pip|npm|yarn|pnpm|docker|podman|kubectl|helm|apt|apt-get|apk|go|cargo|psql|mysql"
    r"|mysqldump|redis-cli|mongo|mongosh|nc|ping|telnet|http|gh|aws|gcloud|az|terraform|uv|poetry|bundle|gem|mvn)"
)
_EXCEPTIONS = (
    r"(?:Read|Connect|Write|Pool|Server|API|Gateway|Socket)Timeout(?:Error|Exception)?"
    r"|Timeout(?:Error|Exception|Expired)"
    r"|(?:API|Client)?Conn(?:ection|ect|ector)(?:Refused|Reset|Aborted|Closed|Timeout|Connection)?(?:Error|Exception)"
    r"|ClientConnectorError|BrokenPipeError|(?:Remote|Local)?ProtocolError|RemoteDisconnected"
    r"|Server(?:Disconnected)Error"
    r"|NewConnectionError|MaxRetryError|IncompleteRead|ChunkedEncodingError|(?:Read|Write)Error|NameResolutionError"
    r"|RateLimit(?:Error|Exceeded|ExceededError)|TooManyRequests|ServiceUnavailable(?:Error)?|InternalServerError"
    r"|TimedOut|ResourceExhausted|DeadlineExceeded|GatewayTimeout|BadGateway|\w*Throttl\w*|OverloadedError"
    r"|ServerSelectionTimeoutError|AutoReconnect|NetworkTimeout|BusyLoadingError|UnknownHostException"
    r"|\w{1,40}ConnectionError"
)
_LINES = [
    # exceptions, by their names or by what they say
    rf"(?:[\w-]{{1,20}}: error: )?(?-i:(?:[A-Za-z_]\w*\.)*(?:{_EXCEPTIONS})(?::|$)|(?:[a-z_]\w*\.)+[Tt]imeout(?::|$))",
    rf"(?-i:{_RAISED}): {_NO_TEST}(?:\(?{BUSY}\)?(?:$|[,:] )|.{{0,300}}?(?:{_SURELY}|\b{DROPPED}\b))",
    rf"Exception in thread \"[^\"]{{1,60}}\" (?-i:{_RAISED}): .{{0,200}}?{DROPPED}",
    (
        rf"(?:error|fatal|failed|E|err|npm (?:ERR!|error)|warning|Caused by|Error response from daemon|remote"
        rf"|{_NETWORKED})"
        rf"(?:\[\w+\])?[:!]? (?<=[:!r] ){_NO_TEST}.{{0,400}}?{_SURELY}"
    ),
    (
        rf"npm (?:ERR!|error) (?:code |errno |network )?(?:E(?:TIMEDOUT|CONN\w+|AI_AGAIN|{BUSY})|ERR_SOCKET_TIMEOUT"
        rf"|{BUSY} )"
    ),
    (
        r"(?:.{1,80}?: )?(?:Get|Post|Put|Patch|Delete|Head) \"?[a-z]+://[^\"\s]{1,300}\"?: .{0,200}?"
        r"(?:deadline exceeded|timeout|refused|reset by peer|no such host|EOF|server misbehaving|broken pipe|canceled)"
    ),
    rf"(?:.{{1,120}}?: )?rpc error: code = {_RPC}\b|\s*(?:status = )?StatusCode\.{_RPC}\b|\s*Code: {_RPC}$",
    rf"(?:.{{1,120}}?: )?An error occurred \((?:{CODES}|{BUSY})\w*\)",
    r"(?:Uncaught )?(?:TypeError|Error): (?:fetch failed|Failed to fetch|terminated|socket hang up)\b",
    rf"(?:Uncaught )?Error: {_NO_TEST}.{{0,200}}?{_SURELY}",
    rf"\s+(?:\[cause\]: .{{0,80}}?|code: '){CODES}\b",
    rf"<(?:Client)?Response ?(?:\(\S{{1,200}}\) )?\[(?:202|{BUSY})\b",
    (
        r"Error from server \((?:ServiceUnavailable|\w*Timeout|TooManyRequests|InternalError)\)|ERROR 20(?:0[2356]"
        r"|13) \("
        r"|\S{1,80} - (?:no response|rejecting connections)$"
    ),
    (
        rf"\[?{BUSY}\]?\s*[:,-]?\s*(?:\((?={PHRASE})"
        rf"|\{{|\[|<|b['\"]|(?:busy|overloaded|unavailable|slow down|throttled|try again)\b)"
    ),
    rf"(?:\w+=(?:\"[^\"]{{0,200}}\"|\S{{1,200}}) ){{0,12}}(?:http_?)?status(?:_?code)?=(?:202|{BUSY})(?:$|[\s,;])",
    (
        r"(?:unexpected |got |received |server (?:returned|answered|responded with) |failed(?: with"
        r"|:) )(?:an? )?(?:HTTP )?"
        rf"(?:response )?(?:status(?: code)?:? )?(?:202|{BUSY})(?:$|[.,:])"
    ),
    (
        rf"(?:HTTP |response )?status(?: code)? (?:202|{BUSY})(?:$|[.,:])|(?:HTTP:? |Status:? )*202 Accepted\b"
        rf"|code: (?:202|{BUSY}), "
    ),
    rf"(?:GET|POST|PUT|PATCH|DELETE|HEAD) \S{{1,300}} (?:[-=]> |: )?(?:202|{BUSY})(?:$| {PHRASE})",
    rf"(?:HTTP )?(?:response|error)(?: code)?:? (?:202|{BUSY})(?:$|[.,)])",
    (
        r"(?:the )?(?:service|server|api|database|backend|upstream|host)(?: is)?(?: currently| temporarily| too)? "
        r"(?:busy|unavailable|overloaded|down)\b(?:[.,;!]|$)|The connection to the server \S+ was refused"
    ),
    r"\S{1,80}\s+\d+/\d+\s+(?:Pending|ContainerCreating|PodInitializing|Init:\S+)\b",
    rf"{BUSY} (?:Server|Client) Error: ",
    (
        r"(?:Error: |\w+Error: )?(?:connect |read |write |request to \S+ failed, reason: )?(?:connect "
        r"|read )?E(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|PIPE|AI_AGAIN)\b"
    ),
    # curl, wget and their like
    rf"curl: \(22\) .{{0,80}}?\b{BUSY}\b",
    r"curl: \((?:5|6|7|16|18|28|35|52|55|56|92)\)",
    (
        r"wget: (?:unable to resolve|bad address|can't connect|download timed out)|failed: (?:Connection (?:refused"
        r"|timed out)|Temporary failure in name resolution)"
    ),
    rf"(?:\S{{1,40}} \S{{1,40}} )?ERROR {BUSY}: ",
    # What a program says of a connection, at the end of its own line.
    rf"(?![#*>\-+@|\"'`=])[^`=;{{}}#]{{1,200}}[:)] {DROPPED}[.!)]*$",
    rf"(?:WARNING|ERROR|[\w.]+Error|OSError|[\w./-]+): .{{0,400}}?\[Errno -?\d+\] {DROPPED}",
    rf"(?:error:? |fatal:? )?(?:the )?{DROPPED}(?:[.!]|$|,| after \d| while | waiting )",
    r"(?:error:? )?(?:the )?(?:upstream |gateway )?request time-?(?:d ?)?out\.?$",
    # error pages and status lines in words
    rf"(?:<html>|<head>|<center>|<body>|\s)*<(?:title|h1)>\s*(?:Error )?{BUSY}\b",
    (
        rf"(?:Error:? |HTTP:? |Status:? |Response:? |Server returned:? "
        rf"|status code:? )*{BUSY}:? {PHRASE}\b(?:[:.,!]|$| for url)"
    ),
    rf"(?:[\w ]{{1,30}}: )?HTTP(?: error| status(?: code)?)?:? (?:202|{BUSY})(?:$|[:.,)]| {PHRASE})",
    (
        r"(?:http[_ ]?|response )?(?:status(?:[_ ]?code)?|http_code|error code)\s?[:=]\s?(?:202"
        rf"|{BUSY})(?:$|[.,)]| {PHRASE})"
    ),
    # limits on how often one may ask
    (
        r"(?:[\w .-]{1,40}: )?(?:you (?:are|have been|were) |API |request was )?(?:being )?rate[- ]?limit(?:ed"
        r"|ing| exceeded| reached| hit)?\b(?:[.:,!;(]|$| exceeded| reached|, | for "
        r"| by )"
    ),
    r"(?:[\w .-]{1,40}: )?too many requests\b(?:[.:,!;(]|$)",
    r"(?:[<*] ?)?retry-after: ?\S",
]


@cache
def reported() -> re.Pattern[str]:
    """What a line begins with that tells of a service's trouble. Compiled when first wanted: it takes a while."""
    return re.compile("|".join(f"(?:{one})" for one in _LINES), re.IGNORECASE)
