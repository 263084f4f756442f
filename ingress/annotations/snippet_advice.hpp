// What to write in place of nginx configuration text, which is never taken: for each directive of a snippet the annotation
// or the ConfigMap key that does the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairway::ingress {

struct SnippetAdvice {
    /// Lines to paste, e.g. `nginx.ingress.kubernetes.io/proxy-read-timeout: "300"`; values in YAML's double quotes. Each once.
    std::vector<std::string> annotations;
    /// The same of the controller's ConfigMap, whose keys hold for every Ingress: `hide-headers: "X-Powered-By"`.
    std::vector<std::string> keys;
    std::vector<std::string> unmatched;  ///< names of directives that nothing stands for

    /// " Instead of it write …": nothing when the text holds no directive.
    std::string to_string() const;
};

/// @param snippet  as a user wrote it; what is no nginx configuration at all gives advice about nothing. Looks at 64 directives.
/// @param prefix   of annotations, without slash.
SnippetAdvice advise_on_snippet(std::string_view snippet, std::string_view prefix);

}  // namespace fairway::ingress
