// The PARAMS stream of a request (FastCGI section 3.4): names and values, each with its length before it.
#pragma once

#include <string>
#include <string_view>

namespace fairway::proxy::fastcgi {

/// Appends records to a text. PHP reads each record by itself, so a pair lies in one record, unless it is larger than
/// any record may be.
class ParamsWriter {
public:
    /// @param out  outlives this; nobody else appends to it until finish().
    explicit ParamsWriter(std::string& out) : out_(out) {}

    void add(std::string_view name, std::string_view value);
    /// Ends the stream.
    void finish();

private:
    std::size_t content_bytes() const noexcept;
    void append(std::string_view bytes);
    void open_record();
    void close_record();

    static constexpr std::size_t kNone = std::string::npos;
    std::string& out_;
    std::size_t record_ = kNone;  ///< where the open one begins
};

}  // namespace fairway::proxy::fastcgi
