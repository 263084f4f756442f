// What rules begin with unless the ConfigMap has its own: ModSecurity's recommended settings, as the file of ingress-nginx's
// image has them. The numbers of the rules are those by which users know and remove them.
#include "waf/rule_text.hpp"

namespace fairway::waf {

std::string_view base_rules() {
    return R"RULES(SecRuleEngine DetectionOnly

SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 131072
SecRequestBodyLimitAction Reject
SecRequestBodyJsonDepthLimit 512
SecArgumentsLimit 1000

SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "^application/[a-z0-9.-]+[+]json" "id:200006,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule &ARGS "@ge 1000" "id:200007,phase:2,t:none,log,deny,status:400,msg:'Too many arguments, not all of them were looked at'"
SecRule REQBODY_ERROR "!@eq 0" "id:200002,phase:2,t:none,log,deny,status:400,msg:'The request body could not be parsed',logdata:'%{reqbody_error_msg}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" "id:200003,phase:2,t:none,log,deny,status:400,msg:'The multipart request body is malformed: processor %{REQBODY_PROCESSOR_ERROR}, quoting %{MULTIPART_INVALID_QUOTING}, folding %{MULTIPART_HEADER_FOLDING}, part %{MULTIPART_INVALID_PART}, boundary %{MULTIPART_BOUNDARY_QUOTED}'"
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" "id:200004,phase:2,t:none,log,deny,msg:'A multipart part may have a boundary that was not seen as one'"
SecRule TX:/^MSC_/ "!@streq 0" "id:200005,phase:2,t:none,deny,log,msg:'ModSecurity met an internal error: %{MATCHED_VAR_NAME}'"

SecPcreMatchLimit 1000
SecPcreMatchLimitRecursion 1000

SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecResponseBodyLimit 524288
SecResponseBodyLimitAction ProcessPartial

SecAuditEngine Off
SecAuditLogRelevantStatus "^(?:5|4(?!04))"
SecAuditLogParts ABIJDEFHZ
SecAuditLogType Serial
SecAuditLog /dev/stdout

SecArgumentSeparator &
SecCookieFormat 0
)RULES";
}

}  // namespace fairway::waf
