// The bodies of Boost.Asio and Boost.Beast, compiled once for the whole program (target fairway_asio): every other file
// that includes them is built with BOOST_ASIO_SEPARATE_COMPILATION and sees declarations only.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
