// The templates and assets of the service's pages, carried by the binary.
#ifndef WAYBILL_PAGES_H
#define WAYBILL_PAGES_H

/// A file of this folder: text without a NUL, which ends at one.
typedef struct {
    /// The path in this folder, such as "assets/design.css".
    const char *name;
    const unsigned char *text;
} waybill_page_file;

/// The first of all files. The one after the last has no name.
extern const waybill_page_file *const waybill_page_files;

#endif
