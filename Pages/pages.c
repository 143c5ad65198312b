#include "pages.h"

// A Swift array literal of this size takes the compiler a minute and a gigabyte; C23's #embed takes nothing. A macro
// cannot hold #embed, so each file has three lines here. A test finds files that are left out.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const waybill_page_file files[] = {
    {"assets/amounts.js", (const unsigned char[]){
#embed "assets/amounts.js" suffix(, 0)
    }},
    {"assets/api.js", (const unsigned char[]){
#embed "assets/api.js" suffix(, 0)
    }},
    {"assets/base.css", (const unsigned char[]){
#embed "assets/base.css" suffix(, 0)
    }},
    {"assets/command-form.css", (const unsigned char[]){
#embed "assets/command-form.css" suffix(, 0)
    }},
    {"assets/command-form.js", (const unsigned char[]){
#embed "assets/command-form.js" suffix(, 0)
    }},
    {"assets/commands.js", (const unsigned char[]){
#embed "assets/commands.js" suffix(, 0)
    }},
    {"assets/csv.js", (const unsigned char[]){
#embed "assets/csv.js" suffix(, 0)
    }},
    {"assets/design.css", (const unsigned char[]){
#embed "assets/design.css" suffix(, 0)
    }},
    {"assets/docs.css", (const unsigned char[]){
#embed "assets/docs.css" suffix(, 0)
    }},
    {"assets/docs.js", (const unsigned char[]){
#embed "assets/docs.js" suffix(, 0)
    }},
    {"assets/dom.js", (const unsigned char[]){
#embed "assets/dom.js" suffix(, 0)
    }},
    {"assets/facts.css", (const unsigned char[]){
#embed "assets/facts.css" suffix(, 0)
    }},
    {"assets/favicon.svg", (const unsigned char[]){
#embed "assets/favicon.svg" suffix(, 0)
    }},
    {"assets/format.js", (const unsigned char[]){
#embed "assets/format.js" suffix(, 0)
    }},
    {"assets/home.css", (const unsigned char[]){
#embed "assets/home.css" suffix(, 0)
    }},
    {"assets/home.js", (const unsigned char[]){
#embed "assets/home.js" suffix(, 0)
    }},
    {"assets/metrics.js", (const unsigned char[]){
#embed "assets/metrics.js" suffix(, 0)
    }},
    {"assets/morph.js", (const unsigned char[]){
#embed "assets/morph.js" suffix(, 0)
    }},
    {"assets/operator.css", (const unsigned char[]){
#embed "assets/operator.css" suffix(, 0)
    }},
    {"assets/operator.js", (const unsigned char[]){
#embed "assets/operator.js" suffix(, 0)
    }},
    {"assets/order-changes.js", (const unsigned char[]){
#embed "assets/order-changes.js" suffix(, 0)
    }},
    {"assets/order-commands.js", (const unsigned char[]){
#embed "assets/order-commands.js" suffix(, 0)
    }},
    {"assets/order-diff.js", (const unsigned char[]){
#embed "assets/order-diff.js" suffix(, 0)
    }},
    {"assets/order-history.js", (const unsigned char[]){
#embed "assets/order-history.js" suffix(, 0)
    }},
    {"assets/order-links.js", (const unsigned char[]){
#embed "assets/order-links.js" suffix(, 0)
    }},
    {"assets/order-list.js", (const unsigned char[]){
#embed "assets/order-list.js" suffix(, 0)
    }},
    {"assets/order-state.js", (const unsigned char[]){
#embed "assets/order-state.js" suffix(, 0)
    }},
    {"assets/order.css", (const unsigned char[]){
#embed "assets/order.css" suffix(, 0)
    }},
    {"assets/order.js", (const unsigned char[]){
#embed "assets/order.js" suffix(, 0)
    }},
    {"assets/robots.txt", (const unsigned char[]){
#embed "assets/robots.txt" suffix(, 0)
    }},
    {"assets/schema-fields.js", (const unsigned char[]){
#embed "assets/schema-fields.js" suffix(, 0)
    }},
    {"assets/session.js", (const unsigned char[]){
#embed "assets/session.js" suffix(, 0)
    }},
    {"assets/shortcuts.js", (const unsigned char[]){
#embed "assets/shortcuts.js" suffix(, 0)
    }},
    {"assets/staff-bulk.js", (const unsigned char[]){
#embed "assets/staff-bulk.js" suffix(, 0)
    }},
    {"assets/staff-feed.js", (const unsigned char[]){
#embed "assets/staff-feed.js" suffix(, 0)
    }},
    {"assets/staff-frame.css", (const unsigned char[]){
#embed "assets/staff-frame.css" suffix(, 0)
    }},
    {"assets/staff-list.js", (const unsigned char[]){
#embed "assets/staff-list.js" suffix(, 0)
    }},
    {"assets/staff-parts.js", (const unsigned char[]){
#embed "assets/staff-parts.js" suffix(, 0)
    }},
    {"assets/staff-stats.js", (const unsigned char[]){
#embed "assets/staff-stats.js" suffix(, 0)
    }},
    {"assets/staff.css", (const unsigned char[]){
#embed "assets/staff.css" suffix(, 0)
    }},
    {"assets/staff.js", (const unsigned char[]){
#embed "assets/staff.js" suffix(, 0)
    }},
    {"assets/status-rule.js", (const unsigned char[]){
#embed "assets/status-rule.js" suffix(, 0)
    }},
    {"assets/stream.js", (const unsigned char[]){
#embed "assets/stream.js" suffix(, 0)
    }},
    {"assets/tokens.css", (const unsigned char[]){
#embed "assets/tokens.css" suffix(, 0)
    }},
    {"assets/track-alert.svg", (const unsigned char[]){
#embed "assets/track-alert.svg" suffix(, 0)
    }},
    {"assets/track-back.svg", (const unsigned char[]){
#embed "assets/track-back.svg" suffix(, 0)
    }},
    {"assets/track-box.svg", (const unsigned char[]){
#embed "assets/track-box.svg" suffix(, 0)
    }},
    {"assets/track-check.svg", (const unsigned char[]){
#embed "assets/track-check.svg" suffix(, 0)
    }},
    {"assets/track-cross.svg", (const unsigned char[]){
#embed "assets/track-cross.svg" suffix(, 0)
    }},
    {"assets/track-door.svg", (const unsigned char[]){
#embed "assets/track-door.svg" suffix(, 0)
    }},
    {"assets/track-mail.svg", (const unsigned char[]){
#embed "assets/track-mail.svg" suffix(, 0)
    }},
    {"assets/track-pause.svg", (const unsigned char[]){
#embed "assets/track-pause.svg" suffix(, 0)
    }},
    {"assets/track-pin.svg", (const unsigned char[]){
#embed "assets/track-pin.svg" suffix(, 0)
    }},
    {"assets/track-rest.css", (const unsigned char[]){
#embed "assets/track-rest.css" suffix(, 0)
    }},
    {"assets/track-start.js", (const unsigned char[]){
#embed "assets/track-start.js" suffix(, 0)
    }},
    {"assets/track-truck.svg", (const unsigned char[]){
#embed "assets/track-truck.svg" suffix(, 0)
    }},
    {"assets/track.css", (const unsigned char[]){
#embed "assets/track.css" suffix(, 0)
    }},
    {"assets/track.js", (const unsigned char[]){
#embed "assets/track.js" suffix(, 0)
    }},
    {"assets/waybill-stream.js", (const unsigned char[]){
#embed "assets/waybill-stream.js" suffix(, 0)
    }},
    {"assets/words.js", (const unsigned char[]){
#embed "assets/words.js" suffix(, 0)
    }},
    {"templates/docs.mustache", (const unsigned char[]){
#embed "templates/docs.mustache" suffix(, 0)
    }},
    {"templates/home.mustache", (const unsigned char[]){
#embed "templates/home.mustache" suffix(, 0)
    }},
    {"templates/not-found.mustache", (const unsigned char[]){
#embed "templates/not-found.mustache" suffix(, 0)
    }},
    {"templates/operator.mustache", (const unsigned char[]){
#embed "templates/operator.mustache" suffix(, 0)
    }},
    {"templates/order.mustache", (const unsigned char[]){
#embed "templates/order.mustache" suffix(, 0)
    }},
    {"templates/page.mustache", (const unsigned char[]){
#embed "templates/page.mustache" suffix(, 0)
    }},
    {"templates/sign-in.mustache", (const unsigned char[]){
#embed "templates/sign-in.mustache" suffix(, 0)
    }},
    {"templates/staff.mustache", (const unsigned char[]){
#embed "templates/staff.mustache" suffix(, 0)
    }},
    {"templates/top.mustache", (const unsigned char[]){
#embed "templates/top.mustache" suffix(, 0)
    }},
    {"templates/track-entry.mustache", (const unsigned char[]){
#embed "templates/track-entry.mustache" suffix(, 0)
    }},
    {"templates/track-gone.mustache", (const unsigned char[]){
#embed "templates/track-gone.mustache" suffix(, 0)
    }},
    {"templates/track-header.mustache", (const unsigned char[]){
#embed "templates/track-header.mustache" suffix(, 0)
    }},
    {"templates/track-icon-bell.mustache", (const unsigned char[]){
#embed "templates/track-icon-bell.mustache" suffix(, 0)
    }},
    {"templates/track-icon-calendar.mustache", (const unsigned char[]){
#embed "templates/track-icon-calendar.mustache" suffix(, 0)
    }},
    {"templates/track-item.mustache", (const unsigned char[]){
#embed "templates/track-item.mustache" suffix(, 0)
    }},
    {"templates/track-notice.mustache", (const unsigned char[]){
#embed "templates/track-notice.mustache" suffix(, 0)
    }},
    {"templates/track-number.mustache", (const unsigned char[]){
#embed "templates/track-number.mustache" suffix(, 0)
    }},
    {"templates/track-promise.mustache", (const unsigned char[]){
#embed "templates/track-promise.mustache" suffix(, 0)
    }},
    {"templates/track.mustache", (const unsigned char[]){
#embed "templates/track.mustache" suffix(, 0)
    }},
    {0, 0},
};

const waybill_page_file *const waybill_page_files = files;
