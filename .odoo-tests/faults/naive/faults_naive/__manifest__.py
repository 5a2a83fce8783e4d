{
    "name": "Payments sent the naive way",
    "summary": "For the fault campaign only: it must show doubles, or the campaign is blind",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Finance connectors",
    "depends": ["queue_job"],
    "data": ["data.xml"],
}
