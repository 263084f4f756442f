// Who may pass: address lists, user names and passwords, and a server that is asked; all of them, or (annotation
// satisfy: any) one. docs/access-control.md, docs/authentication.md.
#pragma once

#include <optional>
#include <string>

#include "proxy/request_steps.hpp"

namespace fairway::proxy {

/// What came of one of the three.
struct Admission {
    std::uint16_t status = 0;  ///< 0: the request may pass; else what refuses it
    std::string challenge{};   ///< WWW-Authenticate of a 401
};

// Each for routes that have its policy, without satisfy: any.
StepResult require_address(Exchange& exchange);
io::Task<StepResult> require_password(StepContext& context);
io::Task<StepResult> require_permission(StepContext& context);

/// With satisfy: any. The first that lets the request pass ends the search; when none does, a 401 goes before a 403, so
/// that a client is asked for what may help (nginx: ngx_http_core_access_phase).
io::Task<StepResult> require_any(StepContext& context);

/// Authorization was meant for us, where the route has a password: it goes nowhere. proxy-set-headers may have set another.
void hide_credentials(Exchange& exchange);
/// The fields that the authentication server of the route decides are not for the client to set.
void hide_fields_of_server(Exchange& exchange);

// What explain says of them.
std::string password_verdict(const Exchange& exchange);
std::string permission_verdict(const Exchange& exchange);
std::string any_verdict(const Exchange& exchange);

}  // namespace fairway::proxy
