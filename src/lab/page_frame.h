// What all pages of the eService have in common: language, frame, style, escaping. No scripts, nothing from elsewhere.
#pragma once
#include <string>
#include <string_view>

#include "eidkern/failure.h"
#include "lab/http_server.h"

namespace eidkern::lab
{

struct Said // in both languages of the pages
{
    std::string_view german, english;
    std::string in(Language language) const { return std::string(language == Language::German ? german : english); }
};

std::string escaped(std::string_view utf8); // for text and for attribute values; control characters become U+FFFD

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
