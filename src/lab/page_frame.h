// What all pages of the eService have in common: where they are, in which language, and their frame.
#pragma once
#include <string>
#include <string_view>

#include "lab/http_server.h"
#include "pages/html.h"

namespace eidkern::lab
{

using pages::escaped, pages::Said;

struct PageAddress // where the page is, so that it can lead to itself in the other language
{
    std::string path, query = {}; // without "lang"
    Language language = Language::English;
};

// "lang" of the query, else what the browser prefers (Accept-Language, RFC 9110 12.5.4), else English.
PageAddress pageAddress(std::string_view path, std::string_view query, std::string_view acceptLanguage);

// `title` and `main` are HTML, made with escaped() where they hold anything from outside.
HttpAnswer framed(int status, const PageAddress& address, const std::string& title, const std::string& main);

} // namespace eidkern::lab
