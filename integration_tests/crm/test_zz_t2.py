import time
from integration_tests.crm.builders import a_crm_catalog, read
from integration_tests.conftest import StartZoho
def test_time(a_zoho: StartZoho):
    t0=time.process_time()
    zoho=a_zoho()
    zoho.crm.add_module("Big", fields=60, rows=1000)
    t1=time.process_time()
    cat = a_crm_catalog(zoho, "crm_big")
    t2=time.process_time()
    read(zoho, catalog=cat, crm_transport="coql")
    out=[t1-t0,t2-t1]
    for _ in range(4):
        t3=time.process_time()
        run=read(zoho, catalog=cat, crm_transport="coql")
        out.append(time.process_time()-t3)
    t3=time.process_time()
    run=read(zoho, catalog=cat, crm_transport="coql", state=run.state)
    out.append(time.process_time()-t3)
    t3=time.process_time()
    run=read(zoho, catalog=cat, crm_transport="bulk")
    out.append(time.process_time()-t3)
    print(out)
    import cProfile,pstats
    p=cProfile.Profile(); p.enable()
    run=read(zoho, catalog=cat, crm_transport="coql", state=run.state)
    p.disable()
    pstats.Stats(p).sort_stats("cumulative").print_stats(45)
