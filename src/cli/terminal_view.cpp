#include <string>
#include <vector>

#include "cli/failure_text.h"
#include "cli/layout.h"
#include "cli/own_data.h"
#include "cli/printable.h"
#include "cli/view.h"

namespace eidkern::cli
{

namespace
{

class TerminalView final : public View
{
public:
    TerminalView(Language language, bool colours) : language_(language), colours_(colours) {}

    void show(const StateEntered& e) override { line(styled("2", bar(e.percent) + " " + std::string(e.state))); }

    void show(const RightsAsked& e) override
    {
        std::vector<Row> rows{{t(Text::Service), printableLine(e.service.name)},
                              {t(Text::Address), printableLine(e.service.url)},
                              {t(Text::IssuedBy), printableLine(e.service.issuerName)},
                              {t(Text::ValidFromTo), e.service.validFrom + " – " + e.service.validUntil},
                              {t(Text::Purpose), purposeOf(e.service)}};
        if (!e.transactionInfo.empty()) rows.push_back({t(Text::Transaction), e.transactionInfo});
        if (!e.required.empty() || e.optional.empty()) rows.push_back({t(Text::Required), e.required.empty() ? t(Text::NoRights) : list(e.required)});
        if (!e.optional.empty()) rows.push_back({t(Text::Optional), list(e.optional)});
        if (e.requiredAge) rows.push_back({t(Text::RequiredAge), std::to_string(*e.requiredAge)});
        line("");
        table(rows);
    }

    void show(const PasswordAsked& e) override { because(e); }

    void show(const PasswordWantedAtReader& e) override
    {
        because(e);
        line(t(e.password == Password::Can ? Text::CanAtReader : e.password == Password::Puk ? Text::PukAtReader : Text::PinAtReader));
    }

    void show(const NewPinAsked&) override { line(""); }
    void show(const NewPinWantedAtReader&) override { line(t(Text::NewPinAtReader)); }
    void show(const ReaderStillWaits&) override { line(t(Text::CancelAtReader)); }

    void show(const CardWanted& e) override { line(t(e.anotherType ? Text::WrongCardType : Text::InsertCard)); }

    void show(const CardFound& e) override
    {
        line(t(Text::CardFound) + ": " + printableLine(e.reader) + " (" + e.type + ")");
        if (e.deactivated) line(styled("31", t(Text::Deactivated)));
    }

    void show(const LinkCertificateLearned&) override {}

    void show(const WorkflowFinished& e) override
    {
        line("");
        if (e.failure) failed(*e.failure);
        if (!e.failure && !e.ownData.empty())
        {
            line(styled("1", t(Text::OwnData) + ":"));
            line("");
            table(rowsOf(e.ownData, language_));
            line("");
        }
        else if (!e.browserLocation.empty()) line(t(Text::BrowserGoesTo) + ": " + printableLine(e.browserLocation));
        if (!e.failure) line(styled("32", t(Text::Success)));
    }

    void listening(std::uint16_t port, bool ipv6) override
    {
        line(t(Text::Listening) + " http://127.0.0.1:" + std::to_string(port) + "/eID-Client");
        if (!ipv6) line(t(Text::NoIpv6));
        line(t(Text::LabStop));
    }

    void say(std::string_view text) override { line(printable(text)); }

private:
    void because(const auto& e) // why this password, and how many tries there are
    {
        line("");
        if (e.wrongBefore) line(styled("31", t(Text::WrongBefore)));
        if (e.password == Password::Can && !e.wrongBefore && e.triesLeft == 1) line(t(Text::CanBecause));
        if (e.password == Password::Puk && !e.wrongBefore && e.triesLeft == 0) line(t(Text::PukBecause));
        if (e.password == Password::Pin && e.triesLeft < 3) line("(" + t(Text::TriesLeft) + ": " + std::to_string(e.triesLeft) + ")");
    }

    std::string t(Text which) const { return std::string(text(which, language_)); }
    std::string styled(std::string_view style, const std::string& text) const { return cli::styled(style, text, colours_); }
    static std::string bar(int percent)
    {
        std::string text = std::to_string(percent) + " %";
        return std::string(5 - text.size(), ' ') + text;
    }
    std::string list(const std::vector<std::string>& rights) const
    {
        std::string text;
        for (const auto& right : rights) text.append(text.empty() ? "" : ", ").append(rightLabel(right, language_));
        return text;
    }

    std::string purposeOf(const ServiceDescription& service) const
    {
        const auto hint = " (" + t(Text::SaveTerms) + ")";
        switch (service.termsFormat)
        {
            case TermsFormat::Html: return "HTML" + hint + ":\n" + textOfHtml(service.terms);
            case TermsFormat::Pdf: return "PDF, " + std::to_string(service.terms.size()) + " bytes" + hint;
            case TermsFormat::PlainText: break;
        }
        return service.purpose;
    }

    void failed(const Failure& failure) const
    {
        line(styled("31;1", t(Text::Failed) + ": " + std::string(name(failure.code))));
        table(rowsOf(failure, language_));
        line("");
        if (failure.code == FailureCode::Pre_Verification_Invalid_Certificate_Chain) line(t(Text::RootsAreGiven));
    }

    void table(const std::vector<Row>& rows) const
    {
        for (const auto& each : tableLines(rows, width_, colours_)) line(each);
    }

    static void line(const std::string& text) { writeLine(text); }

    Language language_;
    bool colours_;
    std::size_t width_ = terminalWidth();
};

} // namespace

std::unique_ptr<View> terminalView(Language language, bool colours) { return std::make_unique<TerminalView>(language, colours); }

} // namespace eidkern::cli
