#include "parsers/mail/message_facts.h"

#include <string.h>

static const char *const part_kind_words[] = {
    [LODGE_PART_MULTIPART] = "multipart",
    [LODGE_PART_MESSAGE] = "message",
    [LODGE_PART_BODY] = "body",
    [LODGE_PART_DOCUMENT] = "document",
    [LODGE_PART_DECORATION] = "decoration",
    [LODGE_PART_SIGNATURE] = "signature",
    [LODGE_PART_REPORT] = "report",
    [LODGE_PART_OTHER] = "other",
    [LODGE_PART_CONTAINER] = "container",
};

LodgeMessageFacts *lodge_message_facts_new(void)
{
    LodgeMessageFacts *facts = g_new0(LodgeMessageFacts, 1);

    facts->header = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_header_field_free);
    facts->from = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_address_free);
    facts->to = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_address_free);
    facts->cc = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_address_free);
    facts->reply_to = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_address_free);
    facts->received = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_received_free);
    facts->authentication_results =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_authentication_results_free);
    facts->signatures =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_dkim_signature_free);
    facts->delivery =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_delivery_status_free);
    facts->returned_ids = g_new0(char *, 1);
    facts->arc_results =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_arc_results_free);
    facts->smime = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_smime_layer_free);
    facts->parts = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_part_free);
    facts->in_reply_to = g_new0(char *, 1);
    facts->references = g_new0(char *, 1);
    facts->link_hosts = g_new0(char *, 1);
    facts->defects = g_new0(char *, 1);
    facts->limits_hit = g_new0(char *, 1);
    facts->date_us = LODGE_INSTANT_UNKNOWN;
    return facts;
}

void lodge_message_facts_free(LodgeMessageFacts *facts)
{
    if (facts == NULL)
        return;
    g_ptr_array_unref(facts->header);
    g_ptr_array_unref(facts->from);
    g_ptr_array_unref(facts->to);
    g_ptr_array_unref(facts->cc);
    g_ptr_array_unref(facts->reply_to);
    g_ptr_array_unref(facts->received);
    g_ptr_array_unref(facts->authentication_results);
    g_ptr_array_unref(facts->signatures);
    g_ptr_array_unref(facts->arc_results);
    g_ptr_array_unref(facts->delivery);
    g_strfreev(facts->returned_ids);
    g_ptr_array_unref(facts->smime);
    g_ptr_array_unref(facts->parts);
    g_free(facts->return_path);
    g_free(facts->subject);
    g_free(facts->message_id);
    g_strfreev(facts->in_reply_to);
    g_strfreev(facts->references);
    g_free(facts->body_text);
    g_strfreev(facts->link_hosts);
    g_strfreev(facts->defects);
    g_strfreev(facts->limits_hit);
    g_free(facts);
}

const LodgeHeaderField *
lodge_message_facts_find_header(const LodgeMessageFacts *facts, const char *name, guint nth)
{
    g_return_val_if_fail(facts != NULL && name != NULL, NULL);
    for (guint i = 0; i < facts->header->len; i++) {
        const LodgeHeaderField *field = g_ptr_array_index(facts->header, i);
        if (g_ascii_strcasecmp(field->name, name) == 0 && nth-- == 0)
            return field;
    }
    return NULL;
}

LodgeHeaderField *
lodge_header_field_new(const char *name, const char *raw, const char *value)
{
    LodgeHeaderField *field = g_new0(LodgeHeaderField, 1);
    field->name = g_strdup(name);
    field->raw = g_strdup(raw);
    field->value = g_strdup(value);
    return field;
}

void lodge_header_field_free(LodgeHeaderField *field)
{
    if (field == NULL)
        return;
    g_free(field->name);
    g_free(field->raw);
    g_free(field->value);
    g_free(field);
}

LodgeAddress *lodge_address_new(const char *address, const char *display_name)
{
    LodgeAddress *self = g_new0(LodgeAddress, 1);
    const char *at = address != NULL ? strrchr(address, '@') : NULL;

    self->display_name = g_strdup(display_name);
    if (at == NULL || at[1] == '\0') {
        self->address = g_strdup(address != NULL ? address : "");
        return self;
    }
    self->domain = g_ascii_strdown(at + 1, -1);
    self->address = g_strdup_printf("%.*s@%s", (int)(at - address), address, self->domain);
    return self;
}

void lodge_address_free(LodgeAddress *address)
{
    if (address == NULL)
        return;
    g_free(address->address);
    g_free(address->domain);
    g_free(address->display_name);
    g_free(address->look);
    g_free(address);
}

LodgeReceived *lodge_received_new(void)
{
    LodgeReceived *received = g_new0(LodgeReceived, 1);
    received->instant_us = LODGE_INSTANT_UNKNOWN;
    return received;
}

void lodge_received_free(LodgeReceived *received)
{
    if (received == NULL)
        return;
    g_free(received->by);
    g_free(received->helo);
    g_free(received->peer_name);
    g_free(received->peer_address);
    g_free(received->with);
    g_free(received->text);
    g_free(received);
}

LodgeAuthenticationResults *lodge_authentication_results_new(void)
{
    LodgeAuthenticationResults *results = g_new0(LodgeAuthenticationResults, 1);
    results->version = 1;
    results->methods =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_authentication_method_free);
    return results;
}

void lodge_authentication_results_free(LodgeAuthenticationResults *results)
{
    if (results == NULL)
        return;
    g_free(results->authserv_id);
    g_ptr_array_unref(results->methods);
    g_free(results->text);
    g_free(results);
}

void lodge_delivery_status_free(LodgeDeliveryStatus *status)
{
    if (status == NULL)
        return;
    g_free(status->recipient);
    g_free(status->original);
    g_free(status->action);
    g_free(status->status);
    g_free(status->diagnostic);
    g_free(status);
}

LodgeArcResults *lodge_arc_results_new(guint instance, LodgeAuthenticationResults *results)
{
    LodgeArcResults *self = g_new0(LodgeArcResults, 1);
    self->instance = instance;
    self->results = results;
    return self;
}

void lodge_arc_results_free(LodgeArcResults *results)
{
    if (results == NULL)
        return;
    lodge_authentication_results_free(results->results);
    g_free(results);
}

LodgeAuthenticationMethod *lodge_authentication_method_new(void)
{
    LodgeAuthenticationMethod *method = g_new0(LodgeAuthenticationMethod, 1);
    method->version = 1;
    method->properties =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_authentication_property_free);
    return method;
}

const char *lodge_authentication_method_find(const LodgeAuthenticationMethod *method,
                                             const char *ptype,
                                             const char *property)
{
    const char *value = NULL;
    for (guint i = 0; i < method->properties->len; i++) {
        const LodgeAuthenticationProperty *at = g_ptr_array_index(method->properties, i);
        if (g_strcmp0(at->ptype, ptype) != 0 || at->property == NULL ||
            g_ascii_strcasecmp(at->property, property) != 0)
            continue;
        if (value != NULL)
            return NULL;
        value = at->value;
    }
    return value;
}

void lodge_authentication_method_free(LodgeAuthenticationMethod *method)
{
    if (method == NULL)
        return;
    g_free(method->method);
    g_free(method->result);
    g_free(method->reason);
    g_ptr_array_unref(method->properties);
    g_free(method);
}

LodgeAuthenticationProperty *lodge_authentication_property_new(const char *ptype,
                                                               const char *property,
                                                               const char *value)
{
    LodgeAuthenticationProperty *self = g_new0(LodgeAuthenticationProperty, 1);
    self->ptype = g_strdup(ptype);
    self->property = g_strdup(property);
    self->value = g_strdup(value);
    return self;
}

void lodge_authentication_property_free(LodgeAuthenticationProperty *property)
{
    if (property == NULL)
        return;
    g_free(property->ptype);
    g_free(property->property);
    g_free(property->value);
    g_free(property);
}

LodgePart *lodge_part_new(void)
{
    LodgePart *part = g_new0(LodgePart, 1);
    part->path = g_strdup("");
    part->declared_type = g_strdup("text/plain");
    part->kind = LODGE_PART_OTHER;
    part->stream_offset = -1;
    part->width = part->height = -1;
    return part;
}

void lodge_part_free(LodgePart *part)
{
    if (part == NULL)
        return;
    g_free(part->path);
    g_free(part->declared_type);
    g_free(part->sniffed_type);
    g_free(part->charset);
    g_free(part->disposition);
    g_free(part->content_id);
    g_free(part->name);
    g_free(part->raw_name);
    g_free(part->container);
    g_free(part->trouble);
    g_free(part);
}

const char *lodge_part_kind_format(LodgePartKind kind)
{
    g_return_val_if_fail((guint)kind < G_N_ELEMENTS(part_kind_words), "other");
    return part_kind_words[kind];
}

gboolean lodge_part_kind_parse(const char *word, LodgePartKind *kind_out)
{
    for (guint i = 0; i < G_N_ELEMENTS(part_kind_words); i++) {
        if (g_strcmp0(word, part_kind_words[i]) == 0) {
            *kind_out = (LodgePartKind)i;
            return TRUE;
        }
    }
    return FALSE;
}

const LodgeAddress *lodge_message_facts_find_from(const LodgeMessageFacts *message)
{
    if (message->from_fields != 1 || message->from->len != 1)
        return NULL;
    const LodgeAddress *from = g_ptr_array_index(message->from, 0);
    gboolean whole = from->address != NULL && *from->address != '\0' &&
                     from->domain != NULL && *from->domain != '\0';
    return whole ? from : NULL;
}
