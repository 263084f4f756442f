// Result<T>: a value, or an Error in words. Used wherever input can be wrong; see docs/architecture.md, "Errors".
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace fairway {

/// What went wrong with an input, as one sentence without a final stop: what, where, and what to do about it.
/// Never holds secrets: the text reaches logs, Events and the admin API.
struct ErrorText {
    std::string message;
};
/// Written Error{"…"}. The base keeps a bare string from turning into an Error, which would make Result<std::string>
/// ambiguous (C++20 lets aggregates be made in parentheses).
struct Error : ErrorText {};

/// Lets boost::system::result::value() throw when nobody looked at the error: a programming mistake.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace fairway
