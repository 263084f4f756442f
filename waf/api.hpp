// libmodsecurity's C functions, found when a configuration first wants them. The program is not linked with the library,
// which brings curl, libxml2, Lua and more: who does not use ModSecurity carries none of it. Only waf/ includes this file.
#pragma once

#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>

#include "base/result.hpp"

namespace fairway::waf {

struct Api {
    decltype(&modsecurity::msc_init) init;
    decltype(&modsecurity::msc_set_log_cb) set_log;
    decltype(&modsecurity::msc_create_rules_set) create_rules;
    decltype(&modsecurity::msc_rules_add) add_rules;
    decltype(&modsecurity::msc_rules_cleanup) delete_rules;
    decltype(&modsecurity::msc_new_transaction_with_id) begin;
    decltype(&modsecurity::msc_process_connection) connection;
    decltype(&modsecurity::msc_process_uri) uri;
    decltype(&modsecurity::msc_add_n_request_header) request_field;
    decltype(&modsecurity::msc_process_request_headers) request_fields;
    decltype(&modsecurity::msc_append_request_body) append_request_body;
    decltype(&modsecurity::msc_process_request_body) request_body;
    decltype(&modsecurity::msc_add_n_response_header) response_field;
    decltype(&modsecurity::msc_process_response_headers) response_fields;
    decltype(&modsecurity::msc_append_response_body) append_response_body;
    decltype(&modsecurity::msc_process_response_body) response_body;
    decltype(&modsecurity::msc_intervention) intervention;
    decltype(&modsecurity::msc_update_status_code) set_status;
    decltype(&modsecurity::msc_process_logging) logging;
    decltype(&modsecurity::msc_transaction_cleanup) end;

    /// The library's state for the calling thread; made when first asked for, and kept. One for each thread, as nginx has
    /// one for each process: its collections (initcol) are read without a lock.
    modsecurity::ModSecurity* of_this_thread() const;
};

/// Loads the library once. Error: it is not there, or lacks a function; says what to install.
Result<const Api*> load_api();

/// The same for a library of another name; not kept. For tests.
Result<Api> load_api(const char* library);

}  // namespace fairway::waf
